"""The append-only log of what was decided and said: a Merkle tree (RFC 6962) with signed checkpoints, and its verifier.

Takes entries in the caller's transaction; gives a log that an auditor can verify. Does not know what its entries are
about.
"""

"""The append-only log of what was decided and said:
an RFC 6962 Merkle tree with signed checkpoints, and its verifier.

Takes entries in the caller's transaction; gives a log that an auditor can verify. Knows nothing of what the entries
are about.
"""

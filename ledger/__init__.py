"""The log: append-only, a Merkle tree by RFC 6962 over entries in canonical JSON, with signed checkpoints."""

"""A practice network: it speaks the X API v2 over real HTTP, keeps its own time and remembers the truth."""

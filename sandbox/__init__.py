"""A practice network over real HTTP: it speaks X's API v2 and Meta's Graph API and remembers the truth."""

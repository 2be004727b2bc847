"""An Instagram professional account, by Meta's Graph API and the token of its Page."""

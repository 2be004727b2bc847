"""The nouns every station speaks, and the tables that keep them."""

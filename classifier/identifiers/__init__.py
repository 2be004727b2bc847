"""Identifiers of people in texts: one family of them a module, and whose they are."""

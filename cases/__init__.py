"""The unit of work that people handle: what one person and one brand have open with each other."""

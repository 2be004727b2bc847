"""Hears: asks networks what is new, drops what it has heard, stores rows and cursor in one transaction."""

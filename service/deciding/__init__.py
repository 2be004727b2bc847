"""Deciding about one mention:
database rows, settings and permissions come in; facts, a verdict and the planned acts go out.

Only the context modules read the database; the rest is pure. Nothing here writes, sends, or reads the clock.
"""

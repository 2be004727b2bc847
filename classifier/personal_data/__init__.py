"""Finding personal data in a text and telling whose it is, one module a family of identifiers.
In: a text and a market; out: kinds, owners and places; it keeps nothing.
"""

"""The models, enumerations and tables that every station shares, and the database under them.

Nothing here knows a station; no other package defines a table.
"""

"""The unit of work that people handle: what one person and one brand have open with each other.

Contacts and acts come in, the changed `care_case` rows and ledger entries go out; nothing here asks a network or
reads a rulebook.
"""

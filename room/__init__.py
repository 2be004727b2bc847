"""The private authenticated channel:
invitations that open once, and a conversation between one person and the brand.

Takes a case whose person is invited, and what that person types in a browser; stores rooms, messages, files and
proofs, with ledger entries. Knows neither `replies` nor a network: `service` sends the invitations.
"""

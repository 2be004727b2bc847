"""The private authenticated channel: an invitation that opens once, and a conversation between one person and a brand.

Takes a case whose person is invited, and what that person types in a browser; stores rooms, messages, files and
proofs, with ledger entries. Knows neither `replies` nor a network: `service` sends the invitations.
"""

"""Brings in what networks say:
polled feeds, webhook deliveries and posts fetched again come in; rows of mentions, own posts and direct messages go
out, stored together with the cursor. It does not judge or answer.
"""

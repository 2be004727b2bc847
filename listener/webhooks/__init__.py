"""Stores what networks deliver by webhook.
Verified deliveries come in; rows, rechecks and pending posts go out. It does not check signatures (`networks` does)
and does not know polling.
"""

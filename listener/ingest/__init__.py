"""Stores what a network served.
Pages come in; rows go out, inside the caller's transaction. It calls no network and knows nothing of cursors,
budgets or account health.
"""

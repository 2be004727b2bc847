"""Fetches stored mentions again by id.
Mentions whose recheck is due come in; newer texts and deletions go out. It does not know polling or webhooks.
"""

"""Reads feeds that are due, page by page.
A leased feed cursor comes in; stored pages, the new cursor, coverage gaps and account health go out. It does not
know webhooks or rechecks.
"""

"""Drafts seeded with made-up personal data in disguise.

Imports nothing of `policies`, so that it shares no blind spot with the guard.
"""

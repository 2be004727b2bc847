"""Webhooks of X and Meta: what changed, in the networks' payloads, signed and delivered.

In go changes of the world; out go signed HTTP posts to subscribers. It changes no post.
"""

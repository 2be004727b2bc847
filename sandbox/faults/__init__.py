"""What goes wrong on demand or by a seed: refused calls, spoiled answers, late and edited posts.

In go orders and calls; out come the failures that a call meets. It decides nothing about posts that nobody ordered.
"""

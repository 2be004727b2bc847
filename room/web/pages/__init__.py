"""The room's pages: what each template is given.

Take rows and texts; give rendered responses. Change nothing.
"""

"""Exports in a folder, read like a feed.
JSON lines and CSV files come in; feed pages go out. Nothing can be answered there, and it does not know the other
networks.
"""

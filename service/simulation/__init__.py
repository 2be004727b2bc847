"""Stored decisions or a file of posts come in;
what a rulebook would do with them goes out. Nothing is sent, and nothing is written but a replay's own database.
"""

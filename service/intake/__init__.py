"""What networks deliver, and what it means for replies and cases that something was stored:
signed deliveries come in, ingested rows go out.

Nothing here decides or sends.
"""

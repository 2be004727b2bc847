"""Judges: a post and what is known of its author become an assessment."""

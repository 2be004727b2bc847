"""Text classification: a post and what is known of its author become an assessment.
Pure functions over shipped models and term lists: no database, no network, no clock.
"""

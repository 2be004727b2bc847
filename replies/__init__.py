"""Speaks: drafts, approvals, the outbox, dispatch, and the settling of what may or may not have been posted."""

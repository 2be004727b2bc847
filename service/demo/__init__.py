"""A practice network, its people and the whole service at work on it, in one folder.
It speaks to the practice network over HTTP and to no other.
"""

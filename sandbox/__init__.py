"""A practice network that speaks X's API v2 and Meta's Graph API over real HTTP, and remembers the truth.

In goes a seed of posts or a file; out come the networks' answers and webhooks, and `/_truth`. It imports none of the
other packages.
"""

"""Meta's Graph API: tokens, field selection, nodes and edges, comments and private messages.

In goes an HTTP request; out goes Meta's JSON or its error. It knows nothing of X's API.
"""

"""One X account, by X's API v2 and its Account Activity webhooks.
Answers of X come in; feed pages, receipts and permissions go out. It does not know the other networks.
"""

"""One Instagram professional account, by the token of its Page.
Graph API objects come in; feed pages and receipts go out. It does not know Facebook.
"""

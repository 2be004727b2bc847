"""One Facebook Page. Graph API objects come in; feed pages and receipts go out. It does not know Instagram."""

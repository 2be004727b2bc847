"""Facebook and Instagram, by Meta's Graph API.
Answers and webhooks of Meta come in; feed pages, receipts and permissions go out. It does not know the other
networks.
"""

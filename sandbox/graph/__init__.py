"""Meta's Graph API over the practice network: Facebook Pages, Instagram accounts and their conversations."""

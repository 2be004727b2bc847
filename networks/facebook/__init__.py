"""A Facebook Page, by Meta's Graph API."""

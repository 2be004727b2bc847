"""The private channel: invitations that open once, and a conversation between one person and the brand."""

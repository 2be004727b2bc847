"""What people do when the brand writes to them, and how sandbox time moves on.

In go the brand's texts; out come private messages and visits to rooms. It answers no call.
"""

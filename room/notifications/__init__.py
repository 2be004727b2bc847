"""E-mails and text messages to the person of a room: one-time codes, and that an answer waits.

Takes a room and an occasion; gives queued notifications and their texts. Hands nothing to a mail server: `service`
does.
"""

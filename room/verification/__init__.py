"""Who the person in a room is: holds the handle, is on file; and how often that may be attempted.

Takes what an invitation, a one-time code or a company sign-in shows; gives a recorded proof and, with consent, a
link to the customer record. Sends nothing: a code goes out by `room.notifications`.
"""

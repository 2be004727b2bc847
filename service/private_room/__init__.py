"""What the private room is given by the service:
opening hours, training labels, the company's sign-in, and the watch over failed attempts. It changes no room by
itself.
"""

"""Files that a person attaches.

Takes a name and bytes from a browser; gives a file that was recognised by its content and sealed under the person's
key. Never renders a file.
"""

"""The room's web application: server-rendered pages, without a script, on an origin of its own.

Takes HTTP requests of one person's browser; gives pages and calls the other folders of `room`. Holds no rule of the
conversation itself.
"""

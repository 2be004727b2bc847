"""Every query of the dashboard, one module a noun.
In: a database session and a filter; out: frozen rows, bounded in number and length; it writes nothing.
"""

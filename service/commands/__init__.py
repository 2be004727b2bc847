"""The command line, one module a family of commands:
options come in, text or JSON goes out. No logic of its own: it opens the `App`, calls one function and prints.
"""

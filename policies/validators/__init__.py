"""What can be wrong with a rulebook: each function yields problems with line and hint.

In goes a rulebook as written; out come problems. Nothing here changes a rulebook or decides with one.
"""

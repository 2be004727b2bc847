"""Bilingual term lists (YAML, meant for editing) and the search for their phrases.
In: a folded text; out: matches; it knows no task.
"""

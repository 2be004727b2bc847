"""How values are written for people:
texts in two languages, times, and HTML fragments that escape foreign text. In: plain values; out: strings; it reads
no database.
"""

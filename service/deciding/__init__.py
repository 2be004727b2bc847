"""Deciding about one mention:
database rows, settings and permissions come in; facts, a verdict and the planned acts go out.

The readers (`reader`, `author_reader`, `brand_reader`, `addressee`) read the database and fill one context; the rest is
pure, behind `decide.decide_all`. Nothing here writes, sends, or reads the clock.
"""

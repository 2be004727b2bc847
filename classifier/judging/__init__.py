"""Assessing posts: features, linear models, language, signals, and the judge that puts them together.
In: posts; out: assessments; it reads only the shipped artifacts and term lists.
"""

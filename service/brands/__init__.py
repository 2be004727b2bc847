"""What a brand has put in force:
the rulebook it decides by, its crisis switch, its articles. Rows come in and frozen records go out; it knows neither
settings nor the `App`.
"""

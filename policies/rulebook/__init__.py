"""The language of rulebooks: how one is written, its rules, conditions, templates and calendar.

In goes the text of a rulebook; out comes a `Rulebook` of compiled rules. It knows neither the engine nor the guard.
"""

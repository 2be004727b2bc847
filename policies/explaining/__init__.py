"""Explains a stored decision in the words of an agent.

In go a rulebook, the facts and the name of the rule that decided; out come sentences. It decides nothing itself.
"""

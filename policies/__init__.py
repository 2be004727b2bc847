"""Decides by written policy what is done with a mention, and what an outgoing text may not say.

In go facts, texts and rulebooks; out come verdicts, explanations, problems and findings. It is pure: no table, no
network, no clock, and nothing of ours but `records.models` and `records.enums`.
"""

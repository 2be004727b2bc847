"""Decides by written policy: rulebook and facts to a verdict with its reasons, and the guard on every outgoing text."""

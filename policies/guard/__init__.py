"""The disclosure guard: says why an outgoing text may not leave.

In goes the exact text to be posted; out come findings, none where it may leave. It reads no rulebook and changes no
text; whatever fails inside is a finding.
"""

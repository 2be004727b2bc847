"""What the practice network holds: posts, people, accounts, its clock, and what was done through its APIs.

In go a seed and acts; out come what is visible now and the truth. It knows nothing of HTTP.
"""

"""Human acts, one function each: role check, transaction, ledger entry.

An actor and what they ask come in, a changed case or an approved reply goes out, or one sentence of refusal; it
sends nothing itself and renders no page.
"""

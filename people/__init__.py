"""Who is who: identities on networks, customers of the CRM, the links between them, and the keys of personal fields.

Takes authors as networks show them, CRM exports and proofs; gives rows and sealed fields. Knows no network API, no
rule and no page.
"""

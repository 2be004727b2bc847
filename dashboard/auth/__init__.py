"""Who is asking: sign-in, signed session cookies, the gate before every page, and the context of one request.
In: HTTP requests; out: the agent, or a redirect to the sign-in page; it does not import pages or cases.
"""

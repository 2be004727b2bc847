"""X's API v2: credentials, rate limits, parameters, and the endpoints that read and write.

In goes an HTTP request; out goes X's JSON or its refusal. It knows nothing of Meta's networks.
"""

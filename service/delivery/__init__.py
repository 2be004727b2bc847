"""What the station `replies` is handed by the service:
the guard, brands' holds, and what a sent act means for its case.

A reply row comes in, a refusal or a changed case goes out; it neither sends anything nor knows of agents.
"""

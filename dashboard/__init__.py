"""The web pages for agents, marketing, supervisors and compliance.

In: HTTP requests of a signed-in agent; out: pages, and acts handed to `service.desk.acts`; it holds no policy and
writes no table itself.
"""

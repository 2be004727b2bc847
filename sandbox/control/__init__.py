"""The sandbox's own endpoints, which no network has: clock, truth, failures, and interventions.

In go orders of a test; out come the state and what was carried out. Product code never calls them.
"""

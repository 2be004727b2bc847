"""Outgoing acts: drafts and approvals come in, acts on the network and their log entries go out, each act at most
once.

It reads and writes the outbox (`reply`) and asks networks through `networks.protocol`; it knows no cases' rules, no
rooms and no settings, which the service hands in as `ports.DeliveryPorts`.
"""

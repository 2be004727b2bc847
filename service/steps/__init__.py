"""The steps of the pipeline:
each leases due rows, computes outside any transaction, rechecks, writes and appends to the ledger.

Any step may be killed at any instruction and run again with the same result; no step imports another step.
"""

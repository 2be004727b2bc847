"""The steps: each leases due rows, computes outside any transaction, rechecks, writes and logs.

Any of them may be killed at any instruction and run again with the same result.
"""

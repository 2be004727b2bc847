"""Keeps the service running:
when each step runs, child processes, logs, account health, deadlines and the doctor. It starts steps and raises
alerts; it decides and sends nothing itself.
"""

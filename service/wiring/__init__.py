"""Settings, secrets and the system clock come in;
one `App` goes out, every station wired to the others. It imports nothing of `service` but `service.brands`.
"""

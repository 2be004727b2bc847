"""The Graph API as Facebook and Instagram share it:
calls, errors, pages, messages. Parameters come in; JSON objects and named errors go out. It knows neither of the
two.
"""

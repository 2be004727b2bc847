"""The networks: reading, writing, permissions.
Posts, messages and acts come in and go out in the nouns of `records.models`; every failure is a `NetworkError`. It
touches no database and decides nothing.
"""

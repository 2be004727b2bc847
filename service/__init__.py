"""Composes the stations into one application:
settings, wiring, steps, human acts, commands and the demo. It alone knows all stations; no station imports it, and
it imports the dashboard only by name.
"""

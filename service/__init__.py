"""The only place that knows all stations: settings, wiring, clock, steps, human acts and the command line."""

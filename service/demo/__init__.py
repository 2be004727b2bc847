"""The demo: a practice network, its people, and the whole service at work on it."""

"""Masks secrets in what a person types.

Takes any text; gives it without card numbers, PINs, one-time codes and passwords. Pure: touches no database.
"""

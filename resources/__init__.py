"""Fonts, signatures and legal profiles: data."""

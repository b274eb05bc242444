"""Artefacts of the Android system itself."""

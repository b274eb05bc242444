"""Plain values in, PDF out."""

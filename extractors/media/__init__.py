"""Photographs, videos and sounds by their own metadata."""

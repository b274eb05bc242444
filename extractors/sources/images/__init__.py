"""Disk images: one file per format, each giving the bytes of the media inside."""

"""One file format each, and no knowledge of phones."""

"""What can be opened: one file per container."""

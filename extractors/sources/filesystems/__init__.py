"""File systems that The Sleuth Kit does not read: one file each."""

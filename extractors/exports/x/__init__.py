"""The archive that X (formerly Twitter) hands out: JavaScript files that each assign one list."""

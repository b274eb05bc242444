"""What Signal hands over: the frames of a backup of version 2, and the text of the tool "signal-export"."""

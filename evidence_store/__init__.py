"""What can be known, where it is kept, and why it can be trusted."""

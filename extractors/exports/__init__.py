"""What people hand over: exports made by the applications themselves."""

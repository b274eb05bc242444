"""What is seen: each view shows one model."""

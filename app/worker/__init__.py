"""What runs in the worker processes, where evidence is opened: no network, no writing but to the work folder."""

"""What Facebook, Messenger and Instagram hand out with "Download your information"."""

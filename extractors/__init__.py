"""What can be read: one file per application or artefact, and the list of them."""

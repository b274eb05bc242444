"""The program: command line, cases, ingest, reporting, window."""

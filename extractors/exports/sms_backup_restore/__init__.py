"""Backups of the application "SMS Backup & Restore": messages with their pictures, and calls, as XML."""

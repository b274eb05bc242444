"""Qt models: they hold row ids and fetch pages."""

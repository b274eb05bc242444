"""Discord: its own data package, and the JSON of DiscordChatExporter."""

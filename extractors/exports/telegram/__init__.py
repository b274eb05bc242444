"""What Telegram Desktop writes when a chat or an account is exported: JSON, or pages of HTML."""

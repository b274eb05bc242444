"""WhatsApp's databases on Android and iOS: one file per table or group of tables."""

"""Signal's database on Android, as a decrypted backup or a decrypted copy has it."""

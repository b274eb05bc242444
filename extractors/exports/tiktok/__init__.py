"""What TikTok hands out with "Download your data" (JSON)."""

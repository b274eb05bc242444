"""What Snapchat hands out with "My Data" (JSON and pages)."""

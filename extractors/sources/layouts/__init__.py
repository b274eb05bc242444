"""Views over a listing: what a backup or an extraction tool laid out is shown as the device had it."""

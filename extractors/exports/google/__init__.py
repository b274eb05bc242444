"""What Google hands out with an account (Takeout), and what a phone exports of its own timeline."""

"""What files hold, whatever application made them."""

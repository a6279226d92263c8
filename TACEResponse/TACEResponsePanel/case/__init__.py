"""What was chosen, and what is known of the result."""

"""What the procedure is worth by chance."""

"""What the numbers of an image mean, and what tells that they don't."""

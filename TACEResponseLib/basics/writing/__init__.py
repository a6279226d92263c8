"""Files of ours: there whole or not at all, and nobody else's lost."""

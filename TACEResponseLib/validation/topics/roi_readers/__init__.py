"""Two readers' ROIs."""

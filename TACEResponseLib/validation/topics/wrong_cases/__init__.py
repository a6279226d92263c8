"""The most confident wrong cases."""

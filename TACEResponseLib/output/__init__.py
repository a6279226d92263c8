"""The folder of a result."""

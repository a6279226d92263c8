"""Response classes."""

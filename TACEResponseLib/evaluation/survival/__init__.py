"""Times to events."""

"""What a training leaves beside its bundle."""

"""This process and its workers: progress, signals, streams."""

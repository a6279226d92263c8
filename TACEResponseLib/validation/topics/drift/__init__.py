"""Drift of inputs."""

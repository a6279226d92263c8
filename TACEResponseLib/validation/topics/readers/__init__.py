"""Readers of response."""

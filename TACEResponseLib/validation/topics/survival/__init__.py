"""Survival by predicted response."""

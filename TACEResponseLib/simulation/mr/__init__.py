"""Simulated MR of five sequences."""

"""Candidates that training compared."""

"""Errors, words, ids and numbers that every room uses."""

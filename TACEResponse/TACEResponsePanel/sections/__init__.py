"""Sections of the panel."""

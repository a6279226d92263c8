"""Patients that the next study needs."""

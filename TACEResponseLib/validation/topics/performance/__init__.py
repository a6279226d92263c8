"""Discrimination, calibration, usefulness."""

"""The whole procedure trained again on resampled patients."""

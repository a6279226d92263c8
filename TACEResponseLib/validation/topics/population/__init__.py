"""Patients inside and outside the population that the model is made for."""

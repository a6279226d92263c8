"""A user's own cohort: one table, one row a patient, checked as a whole before any work."""

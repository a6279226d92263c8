"""What is judged: patients, models, outcomes."""

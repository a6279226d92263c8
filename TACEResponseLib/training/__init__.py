"""Recipe and cohort -> bundle."""

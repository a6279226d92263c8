"""How figures and words of the report look."""

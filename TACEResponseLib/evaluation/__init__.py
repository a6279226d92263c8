"""How good predictions are, one file a question."""

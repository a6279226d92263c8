"""Sources of evidence: one shape for all, a folder a kind."""

"""One patient: case, clinical record, what was said of treatment and stage."""

"""Clinical variables with units and ranges, read from one schema, and the scores derived."""

"""Topics of the report, a folder each: what is measured, drawn and said."""

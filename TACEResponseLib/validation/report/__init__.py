"""The report and its checklists."""

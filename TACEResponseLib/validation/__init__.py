"""From predictions to figures, tables and a report that says what it does not show."""

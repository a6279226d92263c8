"""What the files of a report are called, and the format of its numbers."""

REPORT, METRICS, PREDICTIONS = "report.html", "metrics.json", "predictions.csv"
PDF = "report.pdf"
FIGURES, CASES = "figures", "cases"
# Of metrics.json.
FORMAT = 1

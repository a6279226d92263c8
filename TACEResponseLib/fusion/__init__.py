"""Outputs of branches and clinical variables -> one calibrated probability."""

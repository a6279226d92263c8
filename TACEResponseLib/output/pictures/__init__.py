"""Pictures for reports, drawn without a screen."""

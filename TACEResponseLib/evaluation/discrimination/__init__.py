"""Whether responders rank above the others."""

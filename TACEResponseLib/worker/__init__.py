"""The warm process that Slicer starts."""

"""MRML scenes: cases and predictions as nodes, in Slicer and without it."""

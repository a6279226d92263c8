"""The ROI: which labels, where it lies, what it marks, its lesions."""

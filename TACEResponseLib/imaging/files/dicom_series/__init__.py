"""A DICOM series by its own headers: files, sameness, grid and pixels, each checked apart."""

"""The public collection HCC-TACE-Seg as a table of ours."""

"""From the files of a patient, or of a table of patients, to folders of results."""

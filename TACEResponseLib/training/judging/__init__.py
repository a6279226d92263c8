"""What the procedure is worth: by chance, and at sites that are left out."""

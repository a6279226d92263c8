"""What training had promised."""

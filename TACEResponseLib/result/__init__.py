"""What a score gives, its record, and where its numbers come from."""

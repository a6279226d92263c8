"""The background process' other end."""

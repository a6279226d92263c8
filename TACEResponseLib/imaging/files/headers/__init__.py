"""Image files by their own headers: what a file says of itself is read and checked first."""

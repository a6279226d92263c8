"""Each patient is loaded once, and the little that evidence needs is kept."""

"""What a score would be had the tumor been drawn a little otherwise."""

"""What each command of tace-response does, one file a command."""

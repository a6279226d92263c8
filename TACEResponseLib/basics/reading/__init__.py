"""Files from outside: regular, of bounded size, read as meant or refused."""

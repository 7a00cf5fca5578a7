"""How a user is known to services: keys from the environment, from a file, or from a program."""

"""The commands that belong to no service, one file each."""

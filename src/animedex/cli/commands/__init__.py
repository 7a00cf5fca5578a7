"""The commands that belong to no single service, one file each."""

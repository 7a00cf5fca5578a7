"""What stands in a sidecar, by its kind."""

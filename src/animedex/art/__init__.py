"""Pictures of all services together: which rows show the same work."""

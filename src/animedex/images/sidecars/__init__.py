"""The content of sidecars, by kind."""

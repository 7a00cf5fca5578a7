"""The user's picture library: entries, search, duplicates and verification."""

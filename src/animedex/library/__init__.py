"""The pictures that a user keeps: what is known of each, and finding them again."""

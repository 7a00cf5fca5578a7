"""Draw the pictures of the sample server's collection."""

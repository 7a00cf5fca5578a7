"""A sample of nekos.best v2: its routes, limits and rules over a drawn collection."""

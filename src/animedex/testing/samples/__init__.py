"""Samples of services: their routes, limits and rules over a drawn collection."""

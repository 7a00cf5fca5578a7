"""Budgets, answers and the record of what was shown, kept by a Redis server for many machines."""

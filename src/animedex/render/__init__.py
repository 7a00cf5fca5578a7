"""Turning values into text: JSON, jq's answers, cards for a terminal. Nothing here prints."""

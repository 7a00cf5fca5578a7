"""Rate limits that all processes and machines of a user share: pure decisions, and their stores."""

"""x."""
TOOLS = ()

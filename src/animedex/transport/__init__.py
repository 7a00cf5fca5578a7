"""How a call is carried out: steps without I/O, shared budgets, the cache, two thin drivers."""

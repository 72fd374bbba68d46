"""Discord: the same things as everywhere, in its own manner."""

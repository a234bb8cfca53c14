"""Work orders: states, timeline and search."""

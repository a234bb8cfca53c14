"""Who waits, who is free, who fits: calls, the matcher, lines and missed calls."""

"""The FastAGI adapter on pyst2's vocabulary, with its plumbing replaced."""

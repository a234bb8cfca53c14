"""What the desk can answer at once: articles and service items, searched while typing."""

"""What tickets are about: the three-level taxonomy, its words, and how a city brings its own."""

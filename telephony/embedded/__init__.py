"""Install, configure and run an Asterisk of our own."""

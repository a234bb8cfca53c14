"""Seats, presence (ready, pause with reason, wrap-up) and sign-on credentials."""

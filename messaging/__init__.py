"""Messages to citizens through an outbox: a port, Twilio, and a console twin."""

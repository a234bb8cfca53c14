"""Deadlines of tickets: the working calendar, the rules that set them, and the sweep that warns and acts on time-out."""

"""Rates and figures that leaders read."""

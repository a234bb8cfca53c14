"""Measurements behind `./jiesu bench`: each module's `run` drives the real thing and returns figures."""

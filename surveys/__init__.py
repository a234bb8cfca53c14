"""Satisfaction callbacks as durable workflows, and the citizen's verdicts."""

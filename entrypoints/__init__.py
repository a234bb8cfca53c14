"""The only place that wires rooms together: one module per process, and the command line."""

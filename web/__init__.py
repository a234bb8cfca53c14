"""FastAPI: one file per room, and the live stream."""

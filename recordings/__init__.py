"""Capture, sealing, repair and playback of recordings, with an access log."""

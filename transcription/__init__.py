"""Recognisers behind one port, transcripts, and from transcript to draft ticket."""

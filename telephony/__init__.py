"""The bridge: what we ask of Asterisk and what it tells us; its spellings stay here."""

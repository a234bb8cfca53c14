"""The recorded prompts: their catalogue, the 16 kHz masters in each language, the music, and their telephone form."""

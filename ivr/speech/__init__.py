"""Texts become prompt files with Kokoro-82M. Only `./jiesu prompts build` needs it: the rendered files are in the repository."""

"""Menus as data, one call's conversation, prompts and their voices."""

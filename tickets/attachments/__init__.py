"""Files that belong to a ticket: checked by content, kept outside the web root, each access logged."""

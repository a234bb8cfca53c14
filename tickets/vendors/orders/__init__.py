"""A citizen's wish, offered to vendors, done, and judged by the citizen."""

"""Lists that a city brings as an Excel file: read safely, previewed, applied, undone."""

"""Sheets: where their tables are, what their rows are, and the files in which they wait to be cleaned."""

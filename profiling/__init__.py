"""Datasets, their files and sheets, and what is found in every column."""

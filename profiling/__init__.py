"""Datasets: uploads, their files and sheets, who may see them, and their profiles."""

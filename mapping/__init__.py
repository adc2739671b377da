"""Mappings and cleaning: which fields columns become, with which steps and lookups, all kept as a recipe."""

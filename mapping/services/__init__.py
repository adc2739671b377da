"""Everything that writes the recipe."""

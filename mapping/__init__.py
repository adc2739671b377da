"""The recipe: what sheets and columns become, and how they are cleaned."""

"""The recipe: its values, and the YAML file that holds them."""

from mapping.recipe.model import (
    FORMAT,
    KEY_TITLE,
    NUMBER_SUFFIX,
    ColumnRecipe,
    FieldSpec,
    Lookup,
    Recipe,
    RecipeError,
    SheetRecipe,
    StepSpec,
    Target,
)
from mapping.recipe.reader import load
from mapping.recipe.writer import dump

__all__ = [
    "FORMAT", "KEY_TITLE", "NUMBER_SUFFIX", "ColumnRecipe", "FieldSpec", "Lookup", "Recipe", "RecipeError",
    "SheetRecipe", "StepSpec", "Target", "dump", "load",
]  # fmt: skip

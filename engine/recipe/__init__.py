"""The recipe: its values, and the YAML file that holds them."""

from engine.recipe.recipe_model import (
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
    TargetRecipe,
    target_entry,
)
from engine.recipe.recipe_reader import load
from engine.recipe.recipe_writer import dump

__all__ = [
    "FORMAT", "KEY_TITLE", "NUMBER_SUFFIX", "ColumnRecipe", "FieldSpec", "Lookup", "Recipe", "RecipeError",
    "SheetRecipe", "StepSpec", "TargetRecipe", "dump", "load", "target_entry",
]  # fmt: skip

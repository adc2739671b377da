"""Suggestions: which model a sheet holds and which field each column fills, from titles, values and neighbours."""

from mapping.matchers.datasets import suggest_dataset
from mapping.matchers.evidence import (
    ColumnEvidence,
    FieldSuggestion,
    SheetEvidence,
    SheetSuggestion,
    TargetSuggestion,
)
from mapping.matchers.references import Sibling
from mapping.matchers.sheets import suggest_sheet

__all__ = [
    "ColumnEvidence", "FieldSuggestion", "SheetEvidence", "SheetSuggestion", "Sibling", "TargetSuggestion",
    "suggest_dataset", "suggest_sheet",
]  # fmt: skip

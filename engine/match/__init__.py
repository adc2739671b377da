"""Suggest which model a sheet holds and which field each column fills, from titles, values and neighbours."""

from engine.match.dataset_suggestions import suggest_dataset
from engine.match.match_evidence import (
    ColumnEvidence,
    FieldSuggestion,
    SheetEvidence,
    SheetSuggestion,
    SuggestedStep,
    TargetSuggestion,
)
from engine.match.relation_suggestions import Sibling
from engine.match.sheet_suggestions import suggest_sheet

__all__ = [
    "ColumnEvidence", "FieldSuggestion", "SheetEvidence", "SheetSuggestion", "Sibling", "SuggestedStep",
    "TargetSuggestion", "suggest_dataset", "suggest_sheet",
]  # fmt: skip

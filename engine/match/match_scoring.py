"""How often suggestions are right, on title lists with known answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.match.match_evidence import ColumnEvidence
from engine.match.sheet_suggestions import suggest_sheet
from odoo_migrate.catalog import Catalog


@dataclass(frozen=True)
class Row:
    """One title: the fields that are right for it (None among them: leaving it out is right) and the one suggested."""

    system: str
    sheet: str
    title: str
    expected: tuple[str | None, ...]
    got: str | None

    @property
    def right(self) -> bool:
        return self.got in self.expected


@dataclass(frozen=True)
class ModelRow:
    """One sheet: its model and the one suggested where it is not given."""

    system: str
    sheet: str
    expected: str
    got: str

    @property
    def right(self) -> bool:
        return self.got == self.expected


def score(headers: Sequence[Mapping[str, Any]], catalog: Catalog) -> list[Row]:
    """A row per title, with the model given. `headers`: sheets with system, sheet, model and columns, each column with
    header, values and fields: a list of right fields, or null where none fits.
    """
    return [row for sheet in headers for row in _rows(sheet, catalog)]


def score_models(headers: Sequence[Mapping[str, Any]], catalog: Catalog) -> list[ModelRow]:
    """A row per sheet, with the model not given."""
    return [_model_row(sheet, catalog) for sheet in headers]


def share_right(rows: Sequence[Row] | Sequence[ModelRow]) -> float:
    return sum(row.right for row in rows) / max(len(rows), 1)


def _rows(sheet: Mapping[str, Any], catalog: Catalog) -> list[Row]:
    found = suggest_sheet(sheet["sheet"], _evidence(sheet), catalog, model=sheet["model"])
    return [
        Row(
            sheet["system"],
            sheet["sheet"],
            column["header"],
            tuple(column["fields"] or [None]),
            _bare(suggestion.field),
        )
        for column, suggestion in zip(sheet["columns"], found.columns, strict=True)
    ]


def _model_row(sheet: Mapping[str, Any], catalog: Catalog) -> ModelRow:
    found = suggest_sheet(sheet["sheet"], _evidence(sheet), catalog)
    return ModelRow(sheet["system"], sheet["sheet"], sheet["model"], found.model)


def _evidence(sheet: Mapping[str, Any]) -> list[ColumnEvidence]:
    return [ColumnEvidence(column["header"], samples=column["values"]) for column in sheet["columns"]]


def _bare(field: str | None) -> str | None:
    return field.removesuffix("/id") if field else None

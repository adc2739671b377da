"""Find values of which Odoo wants each only once (barcodes) in rows of different records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from engine.bundle.checked_sheets import CheckedSheet
from engine.bundle.cleaned_lines import Positions
from engine.bundle.field_mappings import MappedField
from engine.bundle.record_links import disputed, record_hashes
from engine.bundle.row_hashes import RowHashes
from engine.bundle.target_mappings import MappedTarget
from odoo_migrate.rules.unique_values import ONCE_AMONG


class Repeats(NamedTuple):
    """Hold rows of sheet `sheet` whose value in `field` another record has too."""

    sheet: int
    target: MappedTarget
    field: MappedField
    positions: Positions


class _Column(NamedTuple):
    sheet: int
    target: MappedTarget
    field: MappedField
    facts: RowHashes

    @property
    def rows(self) -> Positions:
        """Return those with a value."""
        values = self.facts.once[self.field.name]
        return np.flatnonzero(self.facts.inside & (values != 0)).astype(np.int32)


def repeated_values(sheets: Sequence[CheckedSheet]) -> Iterator[Repeats]:
    """Yield what all rows repeat, also those that are wrong for another reason: they are mended, and come back."""
    for name, groups in ONCE_AMONG.items():
        for models in groups:
            places = [
                _Column(number, target, field, checked.hashes[target.name])
                for number, checked in enumerate(sheets)
                for target in checked.mapped.targets
                for field in target.fields
                if target.model.name in models and field.name == name and target.pattern is not None
            ]
            yield from _repeats(places) if places else ()


def _repeats(places: Sequence[_Column]) -> Iterator[Repeats]:
    rows = [place.rows for place in places]
    values = [place.facts.once[place.field.name][own] for place, own in zip(places, rows, strict=True)]
    records = [record_hashes(place.facts, own) for place, own in zip(places, rows, strict=True)]
    wrong = disputed(np.concatenate(values), np.concatenate(records))
    parts = np.split(wrong, np.cumsum([len(own) for own in rows])[:-1])
    for place, own, marks in zip(places, rows, parts, strict=True):
        if marks.any():
            yield Repeats(place.sheet, place.target, place.field, own[marks])

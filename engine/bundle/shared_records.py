"""Find records that several mappings of a model fill, and fill differently: one would overwrite the other silently."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from engine.bundle.checked_sheets import CheckedSheet
from engine.bundle.cleaned_lines import Positions
from engine.bundle.record_links import disputed, record_hashes
from engine.bundle.row_hashes import Hashes, RowHashes
from engine.bundle.target_mappings import MappedTarget


class RecordsAtOdds(NamedTuple):
    """Hold rows of sheet `sheet` whose record another mapping fills with another value in `field`."""

    sheet: int
    target: MappedTarget
    field: str
    positions: Positions


class _Filling(NamedTuple):
    """Hold the rows of one mapping with a value in one field: their records and values, as hashes."""

    sheet: int
    target: MappedTarget
    rows: Positions
    records: Hashes
    values: Hashes


def records_at_odds(sheets: Sequence[CheckedSheet]) -> Iterator[RecordsAtOdds]:
    """Yield the rows field by field, also those that are wrong for another reason: they come back, mended."""
    fillings: dict[tuple[str, str], list[_Filling]] = {}
    for number, checked in enumerate(sheets):
        for target in checked.mapped.targets:
            hashes = checked.hashes[target.name]
            for field in hashes.shared:
                filling = _filling(number, target, hashes, field)
                fillings.setdefault((target.model.name, field), []).append(filling)
    for (_, field), those in fillings.items():
        yield from _at_odds(field, those)


def _filling(sheet: int, target: MappedTarget, hashes: RowHashes, field: str) -> _Filling:
    values = hashes.shared[field]
    rows = np.flatnonzero(hashes.inside & (values != 0)).astype(np.int32)
    return _Filling(sheet, target, rows, record_hashes(hashes, rows), values[rows])


def _at_odds(field: str, fillings: Sequence[_Filling]) -> Iterator[RecordsAtOdds]:
    for one in fillings:
        others = [other for other in fillings if other is not one]
        records = np.concatenate([one.records, *(other.records for other in others)])
        values = np.concatenate([one.values, *(other.values for other in others)])
        elsewhere = np.isin(one.records, records[len(one.records) :])
        wrong = disputed(records, values)[: len(one.records)] & elsewhere
        if wrong.any():
            yield RecordsAtOdds(one.sheet, one.target, field, one.rows[wrong])

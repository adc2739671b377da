"""One column before and after its steps: the rows that tell most, and the counts over all rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from engine.clean.cleaning_report import count, new_column_report
from engine.clean.column_runner import NO_REASON, differing
from engine.clean.sheet_cleaning import ColumnPart, SheetRun
from engine.recipe import RecipeError, SheetRecipe
from engine.sheets.row_kinds import Mask
from engine.steps.row_steps import FillDown

Status = Literal["could_not", "changed", "unchanged"]


@dataclass(frozen=True)
class PreviewRow:
    """A cell. `number`: its source row; `reason`: why it could not be converted, "" unless it is such a cell."""

    number: int
    before: str
    after: str
    status: Status
    reason: str = ""


@dataclass(frozen=True)
class ColumnPreview:
    """`rows`: those that could not be converted, those that change, a few others. `could_not`, `changed`,
    `unchanged` count the whole column and add up to its rows: a cell that changed and could not be converted
    counts as could not. `steps`: per step its slug, the cells it changed and those it could not convert.
    """

    rows: list[PreviewRow]
    changed: int
    unchanged: int
    could_not: int
    steps: list[tuple[str, int, int]]


def preview_column(run: SheetRun, title: str, *, limit: int = 50, upto_step: int | None = None) -> ColumnPreview:
    """The column `title` of `run`, after its steps or after the one at `upto_step` (a place among the recipe's
    steps of the column). At most `limit` rows; different values go before repeated ones. Steps of columns on which
    this one does not depend may be broken. Raises RecipeError.
    """
    narrow = run.only(title)
    if title not in narrow.titles:
        raise RecipeError(f"Sheet '{run.sheet.name}' has no column '{title}'.")
    place = _enabled_before(run.sheet, title, upto_step)
    report = new_column_report(narrow.plan, title, place)
    found: dict[Status, _Picked] = {status: _Picked(limit) for status in ("could_not", "changed", "unchanged")}
    for part in narrow.column(title, place):
        count(report, part.source, part.filled, part.result)
        for status, mask in _masks(part).items():
            found[status].add(part, mask)
    return ColumnPreview(
        rows=_rows(found, limit),
        changed=found["changed"].count,
        unchanged=found["unchanged"].count,
        could_not=found["could_not"].count,
        steps=report.steps,
    )


def _enabled_before(sheet: SheetRecipe, title: str, upto_step: int | None) -> int | None:
    """How many of the column's own steps run up to and with the one at `upto_step`; None for all."""
    if upto_step is None or title not in sheet.columns:
        return None
    specs = sheet.columns[title].steps[: upto_step + 1]
    return sum(spec.enabled and spec.slug != FillDown.slug for spec in specs)


def _masks(part: ColumnPart) -> dict[Status, Mask]:
    none = np.zeros(len(part.source), np.bool_)
    failed = part.result.could_not if part.result.could_not is not None else none
    differs = differing(part.source, part.result.values)
    changed = (differs if differs is not None else none) & ~failed
    return {"could_not": failed, "changed": changed, "unchanged": ~(failed | changed)}


@dataclass
class _Picked:
    """Cells of one status: how many there are, and up to `limit` of them, those with a text not yet seen apart."""

    limit: int
    count: int = 0
    fresh: list[tuple[int, str, str, str]] = field(default_factory=list)
    again: list[tuple[int, str, str, str]] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def add(self, part: ColumnPart, mask: Mask) -> None:
        """Take note of the cells of a batch that `mask` marks."""
        self.count += int(np.count_nonzero(mask))
        if len(self.fresh) >= self.limit or not mask.any():
            return
        places = np.flatnonzero(mask)
        first = _first_of_each(part.source.take(pa.array(places)))
        fresh = [place for place in places[first].tolist() if part.source[place].as_py() not in self.seen]
        rest = np.setdiff1d(places[: 2 * self.limit], places[first])
        self.fresh += self._cells(part, fresh[: self.limit - len(self.fresh)])
        self.again += self._cells(part, rest[: self.limit - len(self.again)].tolist())
        self.seen |= {before for _, before, _, _ in self.fresh}

    @staticmethod
    def _cells(part: ColumnPart, places: list[int]) -> list[tuple[int, str, str, str]]:
        chosen = pa.array(places, pa.int64())
        numbers, before = part.rows.take(chosen).to_pylist(), part.source.take(chosen).to_pylist()
        after = part.result.values.take(chosen).to_pylist()
        reasons = [part.result.reasons.get(text, NO_REASON) for text in after]
        return list(zip(numbers, before, after, reasons, strict=True))

    def best(self, most: int) -> list[tuple[int, str, str, str]]:
        """The `most` that show most, in source order."""
        filled = [cell for cell in self.fresh if cell[1]] + [cell for cell in self.fresh if not cell[1]]
        return sorted((filled + self.again)[:most])


def _first_of_each(values: pa.Array) -> npt.NDArray[np.int64]:
    """Where each distinct value first stands."""
    indices = pc.dictionary_encode(values).indices.to_numpy()
    _, first = np.unique(indices, return_index=True)
    return np.sort(first)


def _rows(found: dict[Status, _Picked], limit: int) -> list[PreviewRow]:
    """A share for each status, what one leaves free to the others."""
    unchanged = min(found["unchanged"].count, max(1, limit // 8))
    changed = min(found["changed"].count, limit - unchanged)
    could_not = min(found["could_not"].count, max(limit - unchanged - changed, limit // 2))
    changed = min(changed, limit - unchanged - could_not)
    shares: dict[Status, int] = {"could_not": could_not, "changed": changed, "unchanged": unchanged}
    return [
        PreviewRow(number, before, after, status, reason if status == "could_not" else "")
        for status, share in shares.items()
        for number, before, after, reason in found[status].best(share)
    ]

"""One column before and after its steps: the rows that show most, and the counts over all rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from engine.clean.cleaning_report import CleanedBatch, new_column_report
from engine.clean.column_runner import NO_REASON, differing
from engine.clean.sheet_cleaning import ColumnPart, SheetRun
from engine.recipe import RecipeError, SheetRecipe
from engine.sheets.row_kinds import Mask
from engine.sheets.working_file import ROW
from engine.steps.row_steps import FillDown

Status = Literal["could_not", "changed", "unchanged"]


@dataclass(frozen=True)
class PreviewRow:
    """Hold a cell before and after.

    Attributes:
        number: Its source row.
        before: Its text in the source.
        after: Its text after the steps.
        status: What became of it.
        reason: Why it could not be converted, "" unless it is such a cell.
    """

    number: int
    before: str
    after: str
    status: Status
    reason: str = ""


@dataclass(frozen=True)
class ColumnPreview:
    """Hold what steps make of a column.

    The three counts are of the whole column and add up to its rows: a cell that changed and could not be converted
    counts as could not.

    Attributes:
        rows: Those that could not be converted, those that change, a few others.
        changed: Cells that change.
        unchanged: Cells that stay as they are.
        could_not: Cells that could not be converted.
        steps: Per step its slug, the cells it changed and those it could not convert.
    """

    rows: list[PreviewRow]
    changed: int
    unchanged: int
    could_not: int
    steps: list[tuple[str, int, int]]


def preview_column(run: SheetRun, title: str, *, limit: int = 50, upto_step: int | None = None) -> ColumnPreview:
    """Return the column `title` of a run, before and after.

    Steps of columns on which this one does not depend may be broken.

    Args:
        run: Of the sheet.
        title: Of the column.
        limit: At most so many rows; different values go before repeated ones.
        upto_step: The last step that counts, by its number among the recipe's steps of the column; None for all.

    Raises:
        RecipeError: The sheet lacks the column, or a step that it depends on is broken.
    """
    column_run = run.only(title)
    if title not in column_run.titles:
        raise RecipeError(f"Sheet '{run.sheet.name}' has no column '{title}'.")
    steps = _enabled_before(run.sheet, title, upto_step)
    report = new_column_report(column_run.plan, title, steps)
    found: dict[Status, _Picked] = {
        "could_not": _Picked(limit), "changed": _Picked(limit), "unchanged": _Picked(limit)
    }  # fmt: skip
    for part in column_run.column(title, steps):
        report.count(part.source, part.filled, part.result)
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
    """Return how many of the column's own steps run up to and with the one at `upto_step`; None for all."""
    if upto_step is None or title not in sheet.columns:
        return None
    specs = sheet.columns[title].steps[: upto_step + 1]
    return sum(spec.enabled and spec.slug != FillDown.slug for spec in specs)


def _masks(part: ColumnPart) -> dict[Status, Mask]:
    none = np.zeros(len(part.source), np.bool_)
    failed = changed = none
    if part.result.could_not is not None:
        failed = part.result.could_not
    differs = differing(part.source, part.result.values)
    if differs is not None:
        changed = differs & ~failed
    return {"could_not": failed, "changed": changed, "unchanged": ~(failed | changed)}


class _Cell(NamedTuple):
    """A cell: its source row, its text before and after, why it could not be converted if it could not."""

    number: int
    before: str
    after: str
    reason: str


@dataclass
class _Picked:
    """Count the cells of one status and keep up to `limit` of them, those with a text not yet seen apart."""

    limit: int
    count: int = 0
    fresh: list[_Cell] = field(default_factory=list)
    again: list[_Cell] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def add(self, part: ColumnPart, mask: Mask) -> None:
        """Take note of the cells of a batch that `mask` marks."""
        self.count += int(np.count_nonzero(mask))
        if len(self.fresh) >= self.limit or not mask.any():
            return
        places = np.flatnonzero(mask)
        first = _first_of_each(part.source.take(pa.array(places)))
        fresh = [place for place in places[first].tolist() if part.source[place].as_py() not in self.seen]
        # Twice the limit is looked at, since up to half of these may be first ones.
        rest = np.setdiff1d(places[: 2 * self.limit], places[first])
        self.fresh += self._cells(part, fresh[: self.limit - len(self.fresh)])
        self.again += self._cells(part, rest[: self.limit - len(self.again)].tolist())
        self.seen.update(cell.before for cell in self.fresh)

    @staticmethod
    def _cells(part: ColumnPart, places: list[int]) -> list[_Cell]:
        chosen = pa.array(places, pa.int64())
        numbers, before = part.rows.take(chosen).to_pylist(), part.source.take(chosen).to_pylist()
        after = part.result.values.take(chosen).to_pylist()
        reasons = [part.result.reasons.get(text, NO_REASON) for text in after]
        return list(map(_Cell, numbers, before, after, reasons))

    def best(self, most: int) -> list[_Cell]:
        """Return the `most` that show most, in source order: distinct texts first, the empty cell last of them."""
        # False sorts before True, and a stable sort leaves the rest in its order.
        filled_first = sorted(self.fresh, key=_is_empty)
        return sorted((filled_first + self.again)[:most])


def _is_empty(cell: _Cell) -> bool:
    return not cell.before


def _first_of_each(values: pa.Array) -> npt.NDArray[np.int64]:
    """Return the positions at which each distinct value occurs first."""
    indices = pc.dictionary_encode(values).indices.to_numpy()
    _, first = np.unique(indices, return_index=True)
    return np.sort(first)


def _rows(found: dict[Status, _Picked], limit: int) -> list[PreviewRow]:
    """Return a share of the rows for each status; what one leaves free goes to the others."""
    # An eighth is unchanged, for comparison; half is for cells that could not be converted, which need work most.
    unchanged = min(found["unchanged"].count, max(1, limit // 8))
    changed = min(found["changed"].count, limit - unchanged)
    could_not = min(found["could_not"].count, max(limit - unchanged - changed, limit // 2))
    changed = min(changed, limit - unchanged - could_not)
    shares: dict[Status, int] = {"could_not": could_not, "changed": changed, "unchanged": unchanged}
    rows = []
    for status, share in shares.items():
        for cell in found[status].best(share):
            reason = ""
            if status == "could_not":
                reason = cell.reason
            rows.append(PreviewRow(cell.number, cell.before, cell.after, status, reason))
    return rows


# --- a step that is being typed


@dataclass(frozen=True)
class TriedRow:
    """Hold a row as a step would leave it: the cell before and after, the cells of new columns, why it could not."""

    number: int
    before: str
    after: str
    made: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True)
class TriedStep:
    """Hold what a column's last step makes of the first rows.

    Attributes:
        titles: Of the columns that it adds.
        rows: Those that it could not convert, those that differ, a few others; each text once.
        looked_at: Rows that were tried.
        could_not: Those of them that it could not convert.
    """

    titles: tuple[str, ...]
    rows: list[TriedRow]
    looked_at: int
    could_not: int


def try_step(run: SheetRun, title: str, *, looked_at: int = 2_000, limit: int = 8) -> TriedStep:
    """Return what the last step of a column makes of the first rows of a run.

    Args:
        run: Of the sheet, the step in its recipe.
        title: Of the column.
        looked_at: At most so many rows are tried.
        limit: At most so many are returned.

    Raises:
        RecipeError: The sheet lacks the column, or a step that it depends on is broken.
    """
    column_run = run.only(title)
    if title not in column_run.titles:
        raise RecipeError(f"Sheet '{run.sheet.name}' has no column '{title}'.")
    added = column_run.plan.columns[title].steps[-1].adds(title)
    page = column_run.page(0, looked_at)
    failed: list[bool] = [False] * len(page.cleaned.after)
    if title in page.cleaned.could_not:
        failed = page.cleaned.could_not[title].to_pylist()
    reasons = page.cleaned.reasons.get(title, {})
    rows: dict[str, TriedRow] = {}
    for row, could_not in zip(_tried_rows(page.cleaned, title, added), failed, strict=True):
        if row.before not in rows:
            reason = reasons.get(row.after, NO_REASON) if could_not else ""
            rows[row.before] = TriedRow(row.number, row.before, row.after, row.made, reason)
    return TriedStep(added, sorted(rows.values(), key=_telling)[:limit], len(failed), sum(failed))


def _tried_rows(cleaned: CleanedBatch, title: str, added: Sequence[str]) -> Iterator[TriedRow]:
    numbers = cleaned.after.column(ROW).to_pylist()
    after = cleaned.after.column(title).to_pylist()
    before = after
    if title in cleaned.before.schema.names:
        before = cleaned.before.column(title).to_pylist()
    made = zip(*[cleaned.after.column(one).to_pylist() for one in added], strict=True) if added else repeat(())
    for number, old, new, cells in zip(numbers, before, after, made, strict=False):
        yield TriedRow(number, old, new, tuple(cells))


def _telling(row: TriedRow) -> tuple[bool, bool, int]:
    """Order rows by how much they show: could not be converted, then different, then the others; source order."""
    return not row.reason, row.before == row.after and not any(row.made), row.number

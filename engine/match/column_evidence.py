"""Take the evidence for suggestions out of a sheet's working file and its profile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import pyarrow.compute as pc

from engine.clean import SheetRun
from engine.clean.made_columns import made_columns
from engine.match.match_evidence import ColumnEvidence, SheetEvidence
from engine.profile.profile_results import FindingFacts, SheetProfile
from engine.sheets.working_file import WorkingFile

# Of a column with more different values, the first ones are taken.
MOST_VALUES = 20_000
SAMPLES = 40
_MOSTLY_DIFFERENT = 0.5  # share of different cells from which on a column may name records


class ColumnFigures(Protocol):
    """Name the figures of a profile that say what a column becomes, wherever they are kept."""

    @property
    def title(self) -> str:
        """Return its title."""

    @property
    def kind(self) -> str:
        """Return the kind of its values."""

    @property
    def filled(self) -> int:
        """Return how many cells are not blank."""

    @property
    def distinct(self) -> int:
        """Return how many different texts there are."""

    @property
    def patterns(self) -> Sequence[tuple[str, int]]:
        """Return the most frequent masks, with their counts."""

    @property
    def could_be_key(self) -> bool:
        """Return whether the column is filled everywhere, and nowhere twice."""


def distinct_values(working: WorkingFile, titles: Iterable[str]) -> dict[str, dict[str, None]]:
    """Return the different texts of each column, in order of appearance, at most MOST_VALUES."""
    found: dict[str, dict[str, None]] = {title: {} for title in titles}
    for batch in working.batches(list(found)):
        for title, values in found.items():
            if len(values) < MOST_VALUES:
                fresh = pc.unique(batch.column(title))[: MOST_VALUES - len(values)]
                values.update(dict.fromkeys(fresh.to_pylist()))
    return found


def naming_cells(working: WorkingFile, columns: Iterable[ColumnEvidence]) -> dict[str, list[str]]:
    """Return the cells of the columns that may name records, row by row; none where there are too many rows."""
    titles = [one.title for one in columns if one.filled and one.distinct >= _MOSTLY_DIFFERENT * one.filled]
    if working.num_rows > MOST_VALUES or not titles:
        return {}
    found: dict[str, list[str]] = {title: [] for title in titles}
    for batch in working.batches(titles):
        for title, cells in found.items():
            cells += batch.column(title).to_pylist()
    return found


def sheet_evidence(
    name: str,
    working: WorkingFile,
    profile: SheetProfile,
    *,
    source: str = "",
    file: str = "",
    lines: Sequence[str] = (),
    run: SheetRun | None = None,
) -> SheetEvidence:
    """Return a sheet's columns with their figures and values.

    A column whose parts have columns of their own is not among them: it would claim the fields of its parts.

    Args:
        name: what its tab or file is called.
        working: its rows.
        profile: what was found in them.
        source: the file it came in.
        file: the stem of the raw file that it becomes.
        lines: the texts above its table (`report_lines`).
        run: its cleaning, whose steps may add columns; None where nothing is done with it yet.
    """
    values = distinct_values(working, [facts.title for facts in profile.columns])
    columns = {}
    for facts in profile.columns:
        wrong = wrong_cells(one for one in profile.findings if one.column == facts.title)
        columns[facts.title] = column_evidence(facts, wrong, profile.rows, values[facts.title])
    cells = naming_cells(working, columns.values())
    if run is not None:
        columns = _with_made(columns, run, profile.rows)
    return SheetEvidence(name, list(columns.values()), source, file, lines, cells)


def _with_made(columns: Mapping[str, ColumnEvidence], run: SheetRun, rows: int) -> dict[str, ColumnEvidence]:
    """Return the columns with those that steps add, each beside the one it comes from, without those that are split."""
    made = made_columns(run)
    split = set()
    for title, column in run.plan.columns.items():
        if any(step.splits for step in column.steps):
            split.add(title)
    found = {}
    for title in run.titles:
        if title in made:
            texts = dict.fromkeys(made[title].texts)
            found[title] = column_evidence(made[title].facts, 0, rows, texts)
        elif title in columns and title not in split:
            found[title] = columns[title]
    return found


def column_evidence(facts: ColumnFigures, wrong: int, rows: int, values: Mapping[str, None]) -> ColumnEvidence:
    """Return what the matcher gets about a column; `wrong` of its cells are not of its kind."""
    filled = [text for text in values if text.strip()]
    # Every filled cell is of the kind, but for those that a finding calls wrong.
    of_kind = 0 if facts.kind == "text" else facts.filled - wrong
    return ColumnEvidence(
        title=facts.title, kind=facts.kind, filled=facts.filled, distinct=facts.distinct, rows=rows,
        samples=filled[:SAMPLES], could_be_key=facts.could_be_key,
        patterns=[pattern for pattern, _ in facts.patterns], of_kind=of_kind, values=frozenset(filled),
    )  # fmt: skip


def wrong_cells(findings: Iterable[FindingFacts]) -> int:
    """Return how many cells of a column are wrong by its findings: those of the one that names the most."""
    return max((one.count for one in findings if one.severity == "problem"), default=0)

"""The sheet as a table: 50 rows a page, before and after, findings marked in the cells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pyarrow as pa
from django.urls import reverse

from engine.clean import CleanedBatch, CleanedPage, SheetRun
from engine.sheets.working_file import ROW
from mapping import opened_sheet
from mapping.models import Mapping, SheetTarget
from mapping.pages import further_records
from mapping.pages.mapping_page import key_columns
from mapping.selectors import all_titles, known_step, odoo_field
from odoo_migrate import catalog
from profiling.models import ColumnProfile, Finding, Sheet
from profiling.pages import next_station, of_dataset

PAGE = 50
SCAN = 2_000  # rows looked at in one go for those that change
NUMERIC = {"number", "money", "percent"}


@dataclass(frozen=True)
class View:
    """Hold what the reader asked for.

    Attributes:
        show: before, both or after.
        only_changes: whether rows that stay as they are are left out.
        start: position of the first row, from 0.
        row: a source row to be shown, 0 for none.
    """

    show: str = "both"
    only_changes: bool = False
    start: int = 0
    row: int = 0

    @classmethod
    def asked(cls, query: Any) -> View:
        """Read a request's GET parameters; whatever makes no sense is left out."""
        show = query.get("view", "both")
        if show not in {"before", "both", "after"}:
            show = "both"
        only_changes = query.get("only") == "changes"
        return cls(show, only_changes, _number(query.get("start")), _number(query.get("row")))

    def query(self, **changes: Any) -> str:
        """Return the parameters of an address that shows the same with these changes."""
        values: dict[str, Any] = {"view": self.show, "start": self.start}
        if self.only_changes:
            values["only"] = "changes"
        return urlencode(values | changes)


@dataclass(frozen=True)
class Cell:
    """Hold a cell before and after, why it could not be converted, and the note of a finding."""

    before: str
    after: str
    reason: str = ""
    note: str = ""


@dataclass(frozen=True)
class Column:
    """Hold a title of the grid, with what the header says of it.

    `position` is where its panel is. `is_suggested`: nobody has accepted the field so far.
    """

    position: int
    title: str
    kind: str
    field: str
    is_suggested: bool
    is_key: bool
    left_out: bool
    changes: int
    problems: int
    filled: int
    rows: int
    is_number: bool
    is_current: bool
    is_first: bool


def page(user: Any, sheet: Sheet, view: View, current: int | None = None) -> dict[str, Any]:
    """Return what grid.html needs; `current` is the position of the column whose panel is open. Raises RecipeError."""
    base = of_dataset(user, sheet.dataset, "cleaning", sheet)
    counts = opened_sheet.known_counts(sheet)
    with opened_sheet.open_run(sheet) as run:
        lines, start, following = _lines(run, sheet, view)
        columns = _columns(run, sheet, counts, current)
        kinds = _row_kinds(run, sheet)
    here = reverse("sheet_grid", args=[sheet.dataset_id, sheet.pk])
    return {
        **base,
        **_counts(sheet, counts),
        **next_station(base["rail"], sheet.dataset, "cleaning"),
        "row_kinds": kinds,
        "columns": columns, "lines": lines, "view": view.show, "only_changes": view.only_changes, "start": start,
        "pages": _pages(here, view, lines, start, following, sheet.rows),
        "query": view.query(), "grid_url": f"{here}?{view.query(start=start)}", "job": None,
    }  # fmt: skip


# What rows that are no data are called, one and several, and the steps that leave them out.
_ROW_KINDS = {
    "section": ("section", "sections", {"groups_to_column"}),
    "group": ("group", "groups", {"groups_to_column"}),
    "group?": ("row may be a group", "rows may be groups", {"groups_to_column"}),
    "section?": ("row may be a section", "rows may be sections", {"groups_to_column"}),
    "subtotal": ("subtotal", "subtotals", {"drop_total_rows", "groups_to_column"}),
    "total": ("total", "totals", {"drop_total_rows", "groups_to_column"}),
    "titles": ("row of titles again", "rows of titles again", {"drop_repeated_titles"}),
    "note": ("note", "notes", {"drop_total_rows"}),
    "blank": ("empty row", "empty rows", {"drop_blank_rows"}),
}


def _row_kinds(run: SheetRun, sheet: Sheet) -> list[dict[str, Any]]:
    """Return the kinds of rows other than data: look, text, url of the first, and whether a step leaves them out."""
    here = reverse("sheet_grid", args=[sheet.dataset_id, sheet.pk])
    steps = {step.slug for step in run.plan.drops}
    rows, listed = run.rows_of_kinds(), list[dict[str, Any]]()
    above = len(sheet.shape.get("title_rows") or [])
    if above:
        text = f"{'row' if above == 1 else 'rows'} of report title"
        url = reverse("sheet_header", args=[sheet.dataset_id, sheet.pk])
        listed.append({"look": "titles", "count": above, "text": text, "url": url, "left_out": True})
    for kind, (one, several, droppers) in _ROW_KINDS.items():
        if kind in rows:
            count = len(rows[kind])
            listed.append(
                {
                    "look": kind.rstrip("?"), "count": count, "text": one if count == 1 else several,
                    "url": f"{here}?row={rows[kind][0]}", "left_out": bool(droppers & steps),
                }
            )  # fmt: skip
    return listed


def _counts(sheet: Sheet, counts: opened_sheet.SheetCounts | None) -> dict[str, Any]:
    """Return the counts of the head line; where none are known yet, the address that the page asks for them."""
    if counts is None:
        url = reverse("sheet_counts", args=[sheet.dataset_id, sheet.pk])
        return {"changed": 0, "could_not": 0, "counts_url": url}
    return {"changed": counts.changed, "could_not": counts.could_not, "counts_url": ""}


def _number(text: str | None) -> int:
    # Longer numbers name no row, and could be more than Arrow counts with.
    if text and text.isdecimal() and len(text) < 12:
        return int(text)
    return 0


def _lines(run: SheetRun, sheet: Sheet, view: View) -> tuple[list[dict[str, Any]], int, int]:
    """Return the page's lines, the position of the first and of the one after the last."""
    notes = _notes(sheet)
    if view.only_changes:
        return _changed_lines(run, view, notes)
    start = view.start // PAGE * PAGE
    if view.row:
        # Findings name rows as the file counts them, and above the first row of data are titles.
        start = max(0, view.row - run.working.shape_notes["shape"]["first_data_row"]) // PAGE * PAGE
    lines = lines_of(run.page(start, PAGE), run.titles, notes, view.row)
    return lines, start, start + len(lines)


def _changed_lines(
    run: SheetRun, view: View, notes: dict[tuple[int, str], str]
) -> tuple[list[dict[str, Any]], int, int]:
    found: list[dict[str, Any]] = []
    position = view.start
    # Whole stretches are cleaned at once; the page may end in the midst of one, where the next page goes on.
    while position < run.working.num_rows and len(found) < PAGE:
        for line in lines_of(run.page(position, SCAN), run.titles, notes, view.row):
            position += 1
            if _is_changed(line):
                found.append(line)
                if len(found) == PAGE:
                    break
    return found, view.start, position


def _is_changed(line: dict[str, Any]) -> bool:
    return bool(line["dropped"]) or any(cell.before != cell.after or cell.reason for cell in line["cells"])


def lines_of(
    page: CleanedPage, titles: Sequence[str], notes: dict[tuple[int, str], str], wanted: int = 0
) -> list[dict[str, Any]]:
    """Return the rows of a page: number, cells, dropped, is_target, look and kind.

    Dropped rows show what the file has in them.
    """
    numbers = page.raw.column(ROW).to_pylist()
    before, after = _before_and_after(page, titles)
    reasons = {title: _reasons(page.cleaned, title) for title in titles if title in page.cleaned.could_not}
    lines, cleaned_row = [], 0
    for raw_row, (number, dropped_by, kind) in enumerate(zip(numbers, page.dropped_by, page.kinds, strict=True)):
        cells = []
        for title in titles:
            if dropped_by:
                text = before[title][raw_row] if title in before else ""
                cells.append(Cell(text, text))
                continue
            text = after[title][cleaned_row]
            # A column that a step adds has no cell before: it counts as unchanged.
            raw = before[title][raw_row] if title in before else text
            reason = reasons[title][cleaned_row] if title in reasons else ""
            cells.append(Cell(raw, text, reason, notes.get((number, title), "")))
        # The cleaned rows lack those that were dropped, so their positions run behind.
        cleaned_row += not dropped_by
        line = {"number": number, "cells": cells, "dropped": _dropped(dropped_by), "is_target": number == wanted}
        lines.append(line | _look(kind))
    return lines


def _look(kind: str) -> dict[str, str]:
    """Return what a row's look goes by, and what it is called; "" for a row of data."""
    if kind not in _ROW_KINDS:
        return {"look": "", "kind": ""}
    return {"look": kind.rstrip("?"), "kind": _ROW_KINDS[kind][0]}


def _before_and_after(page: CleanedPage, titles: Sequence[str]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Return the texts of columns by title, as the file has them and as cleaned; added columns are only after."""
    before: dict[str, list[str]] = {}
    after: dict[str, list[str]] = {}
    for title in titles:
        if title in page.raw.schema.names:
            before[title] = _texts(page.raw, title)
        after[title] = _texts(page.cleaned.after, title)
    return before, after


def _reasons(cleaned: CleanedBatch, title: str) -> list[str]:
    """Return by cleaned row why the column's cell could not be converted, "" where it could."""
    known = cleaned.reasons[title]
    reasons = []
    for text, failed in zip(_texts(cleaned.after, title), cleaned.could_not[title].to_pylist(), strict=True):
        reasons.append(known.get(text, "could not be converted") if failed else "")
    return reasons


def _texts(batch: pa.RecordBatch, title: str) -> list[str]:
    texts: list[str] = batch.column(title).to_pylist()
    return texts


def _dropped(slug: str) -> str:
    if not slug:
        return ""
    step = known_step(slug)
    if step is None:
        return "Left out by a step"
    return f"Left out by the step “{step.label}”"


def _notes(sheet: Sheet) -> dict[tuple[int, str], str]:
    """Return what findings say of single cells, by source row and title."""
    said: dict[tuple[int, str], list[str]] = defaultdict(list)
    for finding in Finding.objects.filter(sheet=sheet, dismissed_at=None).exclude(column=""):
        for row in finding.rows:
            said[row, finding.column].append(finding.message)
    return {place: " · ".join(messages) for place, messages in said.items()}


def _columns(run: SheetRun, sheet: Sheet, counts: opened_sheet.SheetCounts | None, current: int | None) -> list[Column]:
    profiles = opened_sheet.column_profiles(sheet)
    fields = _fields(sheet)
    positions = {title: position for position, title in enumerate(all_titles(sheet))}
    listed = []
    for place, title in enumerate(run.titles):
        # Of a column in a sheet that was never profiled nothing is known.
        profile = profiles.get(title, ColumnProfile(kind="text", filled=0))
        changes, problems = _counts_of(title, counts)
        label = fields.label(title)
        listed.append(
            Column(
                position=positions[title], title=title, kind=profile.kind, field=label,
                is_suggested=title not in fields.accepted, is_key=title in fields.keys,
                left_out=title in fields.left_out and not label, changes=changes, problems=problems,
                filled=profile.filled, rows=sheet.rows, is_number=profile.kind in NUMERIC,
                is_current=positions[title] == current, is_first=place == 0,
            )
        )  # fmt: skip
    return listed


def _counts_of(title: str, counts: opened_sheet.SheetCounts | None) -> tuple[int, int]:
    """Return how many cells of a column change, and how many could not be converted; 0 where nothing is known."""
    if counts is None or title not in counts.columns:
        return 0, 0
    changes, problems, _ = counts.columns[title]
    return changes, problems


@dataclass(frozen=True)
class _Fields:
    """Hold the fields' labels by column, accepted or suggested, the columns left out, and those of the key."""

    accepted: dict[str, str]
    suggested: dict[str, str]
    left_out: set[str]
    keys: set[str]

    def label(self, title: str) -> str:
        return self.accepted.get(title) or self.suggested.get(title, "")


def _fields(sheet: Sheet) -> _Fields:
    found = _Fields({}, {}, set(), set())
    models = catalog.load(sheet.dataset.odoo_version)
    for target in SheetTarget.objects.filter(sheet=sheet).prefetch_related("mappings"):
        if target.left_out:
            continue
        found.keys.update(target.key, key_columns(target.id_pattern))
        # "Name · contact person": a field of a further record of the row.
        whose = f" · {further_records.one(target)}" if target.role else ""
        for mapping in target.mappings.all():
            field = odoo_field(models, mapping)
            if mapping.state == Mapping.State.LEFT_OUT:
                found.left_out.add(mapping.column)
            elif field is None:
                continue
            # A column that several targets use is headed by the field of the first.
            elif mapping.state == Mapping.State.ACCEPTED:
                found.accepted.setdefault(mapping.column, field.label + whose)
            else:
                found.suggested.setdefault(mapping.column, field.label + whose)
    return found


def _pages(
    here: str, view: View, lines: Sequence[dict[str, Any]], start: int, following: int, total: int
) -> dict[str, Any]:
    shown: dict[str, Any] = {"first": 0, "last": 0, "total": total, "previous_url": "", "next_url": ""}
    # Among changed rows alone nobody knows where the page before began.
    if start and not view.only_changes:
        before = max(0, start - PAGE)
        shown["previous_url"] = f"{here}?{view.query(start=before)}"
    if lines:
        shown |= {"first": lines[0]["number"], "last": lines[-1]["number"]}
        if following < total:
            shown["next_url"] = f"{here}?{view.query(start=following)}"
    return shown

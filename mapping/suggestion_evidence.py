"""What suggestions are made from, taken out of the records and working files."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow.compute as pc

from engine.match import ColumnEvidence, SheetEvidence, Sibling
from engine.sheets.working_file import WorkingFile
from mapping.models import SheetTarget
from odoo_migrate.project.external_ids import BadPattern, Pattern
from odoo_migrate.project.file_names import mapping_name, sheet_stem
from profiling.models import ColumnProfile, Dataset, Finding, Sheet
from profiling.selectors import current_sheets
from profiling.stored_files import local_copy

# Of a column with more different values, the first ones are taken.
MOST_VALUES = 20_000
SAMPLES = 40


def sheets_to_map(dataset: Dataset) -> list[Sheet]:
    """Return the sheets that are to become records."""
    return [sheet for sheet in current_sheets(dataset) if sheet.rows and not sheet.skip]


def of_sheet(sheet: Sheet) -> SheetEvidence:
    """Return a sheet's columns with their figures and values."""
    profiles = list(ColumnProfile.objects.filter(sheet=sheet))
    values = distinct_values(sheet, [profile.title for profile in profiles])
    columns = [_of_column(profile, sheet, values[profile.title]) for profile in profiles]
    return SheetEvidence(sheet.name, columns, sheet.source_name, raw_file(sheet))


def of_column(sheet: Sheet, title: str) -> ColumnEvidence:
    """Return one column of a sheet with its figures and values."""
    profile = ColumnProfile.objects.get(sheet=sheet, title=title)
    return _of_column(profile, sheet, distinct_values(sheet, [title])[title])


def distinct_values(sheet: Sheet, titles: Iterable[str]) -> dict[str, dict[str, None]]:
    """Return the different texts of each column, in order of appearance, at most MOST_VALUES."""
    found: dict[str, dict[str, None]] = {title: {} for title in titles}
    with local_copy(sheet.working) as path:
        for batch in WorkingFile(path).batches(list(found)):
            for title, values in found.items():
                if len(values) < MOST_VALUES:
                    fresh = pc.unique(batch.column(title))[: MOST_VALUES - len(values)]
                    values.update(dict.fromkeys(fresh.to_pylist()))
    return found


def siblings(dataset: Dataset) -> list[Sibling]:
    """Return the sheets whose records a column may point to: those that one column names."""
    found: list[Sibling] = []
    taken: list[str] = []  # mapping names, in the order in which the bundle gives them
    for target in SheetTarget.objects.filter(sheet__in=sheets_to_map(dataset)).select_related("sheet"):
        key = _only_placeholder(target.id_pattern)
        taken.append(mapping_name(target.model, raw_file(target.sheet), taken))
        if key in target.sheet.titles:
            # Cells of other sheets are compared with these, and blanks around them are no difference.
            stripped = map(str.strip, distinct_values(target.sheet, [key])[key])
            values = frozenset(filter(None, stripped))
            found.append(Sibling(target.sheet.name, target.model, key, values, taken[-1]))
    return found


def raw_file(sheet: Sheet) -> str:
    """Return the stem of the raw file that the sheet becomes."""
    neighbours = current_sheets(sheet.dataset).filter(source=sheet.source_id, member=sheet.member).count()
    return sheet_stem(sheet.file_stem, sheet.source_name, sheet.name, alone=neighbours == 1)


def _only_placeholder(pattern: str) -> str:
    try:
        placeholders = Pattern.read(pattern).placeholders
    except BadPattern:
        return ""
    if len(placeholders) != 1:
        return ""
    return placeholders[0]


def _of_column(profile: ColumnProfile, sheet: Sheet, values: dict[str, None]) -> ColumnEvidence:
    filled = [text for text in values if text.strip()]
    return ColumnEvidence(
        title=profile.title, kind=profile.kind, filled=profile.filled, distinct=profile.distinct, rows=sheet.rows,
        samples=filled[:SAMPLES], could_be_key=profile.could_be_key,
        patterns=[pattern for pattern, _ in profile.patterns], of_kind=_of_kind(profile),
        values=frozenset(filled),
    )  # fmt: skip


def _of_kind(profile: ColumnProfile) -> int:
    """Return how many cells are of the column's kind: all that are filled, but those that a finding calls wrong."""
    if profile.kind == "text":
        return 0
    wrong = Finding.objects.filter(sheet=profile.sheet_id, column=profile.title, severity=Finding.Severity.PROBLEM)
    return profile.filled - max(wrong.values_list("count", flat=True), default=0)

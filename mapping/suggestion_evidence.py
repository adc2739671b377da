"""What suggestions are made from, taken out of the records and working files."""

from __future__ import annotations

from collections.abc import Iterable

from engine.match import ColumnEvidence, SheetEvidence, Sibling, column_evidence
from engine.sheets.working_file import WorkingFile
from mapping import opened_sheet
from mapping.models import SheetTarget
from mapping.selectors import all_titles, cleaned_titles, split_columns, titles_of_suggestions
from odoo_migrate.project.external_ids import BadPattern, Pattern
from odoo_migrate.project.file_names import mapping_name, sheet_stem
from profiling.models import ColumnProfile, Dataset, Finding, Sheet
from profiling.selectors import current_sheets
from profiling.stored_files import local_copy


def sheets_to_map(dataset: Dataset) -> list[Sheet]:
    """Return the sheets that are to become records."""
    return [sheet for sheet in current_sheets(dataset) if sheet.rows and not sheet.skip]


def of_sheet(sheet: Sheet) -> SheetEvidence:
    """Return a sheet's columns with their figures and values, those that steps add beside the column they come from.

    A column whose parts have columns of their own is not among them: it would claim the fields of its parts. Nor are
    columns that suggestions make for themselves.
    """
    profiles = opened_sheet.column_profiles(sheet)
    aside = {*split_columns(sheet), *titles_of_suggestions(sheet)}
    titles = [title for title in cleaned_titles(sheet) if title in profiles and title not in aside]
    values = distinct_values(sheet, titles)
    columns = [_of_column(profiles[title], sheet, values[title]) for title in titles]
    lines = sheet.shape.get("lines") or []
    with local_copy(sheet.working) as path:
        own = [column for column in columns if column.title in sheet.titles]
        cells = column_evidence.naming_cells(WorkingFile(path), own)
    return SheetEvidence(sheet.name, columns, sheet.source_name, raw_file(sheet), lines, cells)


def of_column(sheet: Sheet, title: str) -> ColumnEvidence:
    """Return one column of a sheet with its figures and values."""
    profile = opened_sheet.column_profiles(sheet)[title]
    return _of_column(profile, sheet, distinct_values(sheet, [title])[title])


def distinct_values(sheet: Sheet, titles: Iterable[str]) -> dict[str, dict[str, None]]:
    """Return the different texts of each column, in order of appearance, at most column_evidence.MOST_VALUES.

    Those of the file's columns are as the file has them, those of columns that steps add are cleaned.
    """
    wanted = list(titles)
    own = [title for title in wanted if title in sheet.titles]
    with local_copy(sheet.working) as path:
        found = column_evidence.distinct_values(WorkingFile(path), own)
    if len(own) < len(wanted):
        made = opened_sheet.made_columns(sheet)
        for title in wanted:
            if title in made:
                found[title] = dict.fromkeys(made[title].texts)
    return found


def siblings(dataset: Dataset) -> list[Sibling]:
    """Return the sheets whose records a column may point to: those that one column names."""
    found: list[Sibling] = []
    taken: list[str] = []  # mapping names, in the order in which the bundle gives them
    for target in SheetTarget.objects.filter(sheet__in=sheets_to_map(dataset)).select_related("sheet"):
        if not target.counts:
            continue
        key = _only_placeholder(target.id_pattern)
        taken.append(mapping_name(target.model, raw_file(target.sheet), taken, target.role))
        # Keys of other sheets name what the rows are about, not the people or addresses beside it.
        if not target.role and key in all_titles(target.sheet):
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
    problems = Finding.objects.filter(sheet=profile.sheet_id, column=profile.title, severity=Finding.Severity.PROBLEM)
    wrong = max(problems.values_list("count", flat=True), default=0)
    return column_evidence.column_evidence(profile, wrong, sheet.rows, values)

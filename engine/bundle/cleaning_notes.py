"""What was cleaned, in words: the comments in mapping files and CLEANING.md."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.bundle.bundle_plan import BundlePlan, MappedSheet
from engine.bundle.bundle_report import SheetRows
from engine.bundle.checked_sheets import CheckedSheet
from engine.bundle.export_problems import ExportProblem
from engine.clean import ColumnReport


def column_comment(sheet: MappedSheet, title: str) -> str:
    """Return `trim, lowercase: 2 of 2 changed`; "" for a column without steps."""
    report = sheet.run.report
    column = report.columns.get(title)
    if column is None or not column.steps:
        return ""
    steps = ", ".join(slug for slug, _, _ in column.steps)
    failed = f", {column.could_not:,} could not be" if column.could_not else ""
    return f"{steps}: {column.changed} of {report.rows_out} changed{failed}"


def cleaning_text(plan: BundlePlan, checked: Sequence[CheckedSheet], problems: Sequence[ExportProblem]) -> str:
    """Return CLEANING.md."""
    about = f"For Odoo {plan.catalog.version}. The uploads were not changed; `data/raw` holds the cleaned rows."
    lines = ["# What was cleaned", "", about, ""]
    for sheet in checked:
        lines += [*_sheet(sheet, problems), ""]
    general = [problem for problem in problems if not problem.sheet]
    if general:
        lines += ["## Good to know", "", *_list(general), ""]
    return "\n".join(lines)


def _sheet(checked: CheckedSheet, problems: Sequence[ExportProblem]) -> Iterator[str]:
    sheet, rows = checked.mapped, checked.sum()
    yield f"## {_cell(sheet.sheet.sheet)}"
    yield ""
    yield f"From `{sheet.sheet.source_name}` to `data/raw/{sheet.file}.csv`."
    yield ""
    yield from _rows(sheet, rows)
    yield ""
    yield from _columns(sheet)
    mine = [one for one in problems if (one.sheet, one.source) == (sheet.sheet.sheet, sheet.sheet.source_name)]
    held_back = [problem for problem in mine if problem.severity == "row"]
    if held_back:
        where = f"Held back in `data/rejected/{sheet.file}.csv`, each row with its reason:"
        yield from ["", where, "", *_list(held_back)]
    notes = [problem for problem in mine if problem.severity == "warning"]
    if notes:
        yield from ["", "Good to know:", "", *_list(notes)]


def _rows(sheet: MappedSheet, rows: SheetRows) -> Iterator[str]:
    yield "| rows | |"
    yield "|---|---:|"
    yield f"| in the sheet | {rows.rows_in:,} |"
    for slug, count in sheet.run.report.dropped.items():
        if count:
            yield f"| removed by {slug} | −{count:,} |"
    yield f"| held back | −{rows.rejected:,} |"
    yield f"| **exported** | **{rows.rows_out:,}** |"


def _columns(sheet: MappedSheet) -> Iterator[str]:
    cleaned = {title: column for title, column in sheet.run.report.columns.items() if column.steps}
    if not cleaned:
        yield "No column has cleaning steps."
        return
    yield "| column | steps | cells changed | cells that could not be |"
    yield "|---|---|---:|---:|"
    for title, column in cleaned.items():
        yield f"| {_cell(title)} | {_each_step(column)} | {column.changed:,} | {column.could_not:,} |"


def _each_step(column: ColumnReport) -> str:
    """Return `trim (47), lowercase (12)`."""
    return ", ".join(f"{slug} ({changed:,})" for slug, changed, _ in column.steps)


def _list(problems: Sequence[ExportProblem]) -> list[str]:
    return [f"- {' '.join(problem.message.split())}" for problem in problems]


def _cell(text: str) -> str:
    """Return a text as it may be in a cell of a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|")

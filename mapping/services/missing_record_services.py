"""Findings about rows that refer to records which no sheet of the dataset holds."""

from __future__ import annotations

from contextlib import ExitStack

from engine.detectors.target_findings import find_orphans
from engine.profile.profile_results import FindingFacts
from engine.sheets.working_file import WorkingFile
from mapping import suggestion_evidence
from mapping.models import Mapping
from mapping.services.kept_findings import keep_finding
from profiling.models import Dataset, Finding, Sheet
from profiling.stored_files import local_copy

SLUG = "orphans"


def keep_findings(dataset: Dataset) -> None:
    """Say anew for every column that holds another sheet's keys how many of them lead nowhere."""
    parents = {one.mapping: one for one in suggestion_evidence.siblings(dataset)}
    sheets = {sheet.name: sheet for sheet in suggestion_evidence.sheets_to_map(dataset)}
    seen: set[tuple[int, str]] = set()
    for mapping in _references(dataset):
        sheet, parent = mapping.target.sheet, parents.get(mapping.ref)
        if parent is None or parent.sheet not in sheets or (sheet.pk, mapping.column) in seen:
            continue
        seen.add((sheet.pk, mapping.column))
        keep_finding(sheet, SLUG, mapping.column, _orphans(sheet, mapping.column, sheets[parent.sheet], parent.key))
    stale = Finding.objects.filter(sheet__dataset=dataset, slug=SLUG)
    for finding in stale:
        if (finding.sheet_id, finding.column) not in seen:
            finding.delete()


def _references(dataset: Dataset) -> list[Mapping]:
    # Further records of a row refer to that row's own record, which is there.
    mappings = Mapping.objects.filter(target__sheet__in=suggestion_evidence.sheets_to_map(dataset), target__role="")
    mappings = mappings.exclude(ref="")
    return list(mappings.exclude(state=Mapping.State.LEFT_OUT).select_related("target__sheet"))


def _orphans(sheet: Sheet, column: str, parent: Sheet, key: str) -> FindingFacts | None:
    if column not in sheet.titles or key not in parent.titles:
        return None
    with ExitStack() as files:
        here = WorkingFile(files.enter_context(local_copy(sheet.working)))
        there = WorkingFile(files.enter_context(local_copy(parent.working)))
        return find_orphans(here, column, there, key, children=_rows_called(sheet), parents=_records_called(parent))


def _rows_called(sheet: Sheet) -> tuple[str, str]:
    """Return what one row and several rows are called: order and orders, else row and rows."""
    plural = sheet.name.isalpha() and sheet.name.endswith("s")
    return (sheet.name[:-1].lower(), sheet.name.lower()) if plural else ("row", "rows")


def _records_called(parent: Sheet) -> str:
    return _rows_called(parent)[1] if _rows_called(parent)[1] != "rows" else f"rows of {parent.name}"

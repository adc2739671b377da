"""Reading datasets, sheets and findings."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet

from migrator.models import Job
from profiling.models import ColumnProfile, Dataset, Finding, Sheet, SourceFile


class NoSuchDataset(LookupError):
    """Say in one sentence for the user that no dataset, or more than one, is meant."""


def find_dataset(text: str) -> Dataset:
    """Return the dataset with this id or name. Raises NoSuchDataset where there is none, or several of the name."""
    numbered = Dataset.objects.filter(pk=int(text)).first() if _could_be_id(text) else None
    named = dataset_named(text, Dataset.objects.all())
    if numbered and named and numbered != named:
        raise NoSuchDataset(
            f"'{text}' is the id of '{numbered}' and the name of dataset {named.pk}; use {named.pk} or '{numbered}'."
        )
    found = numbered or named
    if found is None:
        raise NoSuchDataset(f"There is no dataset '{text}'.")
    return found


def dataset_named(name: str, datasets: QuerySet[Dataset]) -> Dataset | None:
    """Return the one of `datasets` with this name, None without one. Raises NoSuchDataset where there are several."""
    named = list(datasets.filter(name=name.strip())[:2])
    if len(named) > 1:
        raise NoSuchDataset(f"Several datasets are called '{name}'; use the id of the one you mean.")
    return named[0] if named else None


def _could_be_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


def listed_files(dataset: Dataset) -> QuerySet[SourceFile]:
    """Return the newest version of every file, besides uploads that are still read or could not be.

    Their sheets say how many `open_findings` they have.
    """
    found = Count("findings", filter=Q(findings__dismissed_at=None))
    sheets = Prefetch("sheets", Sheet.objects.select_related("source").annotate(open_findings=found))
    waiting = Q(current=False, job__isnull=False) & ~Q(job__status=Job.Status.DONE)
    return (
        SourceFile.objects.filter(Q(dataset=dataset) & (Q(current=True) | ~Q(problem="") | waiting))
        .select_related("job", "uploaded_by")
        .prefetch_related(sheets)
    )


def current_sheets(dataset: Dataset) -> QuerySet[Sheet]:
    """Return the sheets of the newest files; those that the newest file lost are left out."""
    return Sheet.objects.filter(dataset=dataset, missing=False).select_related("source", "dataset")


def open_findings(dataset: Dataset) -> QuerySet[Finding]:
    """Return the findings that nobody has put aside, of sheets that are to be migrated."""
    return Finding.objects.filter(
        sheet__dataset=dataset, sheet__skip=False, sheet__missing=False, dismissed_at=None
    ).select_related("sheet")


def finding_as_json(finding: Finding) -> dict[str, Any]:
    """Return a finding as the commands print it."""
    return {
        "finding": finding.slug,
        "count": finding.count,
        "message": finding.message,
        "examples": finding.examples,
        "rows": finding.rows,
        "fix": {"step": finding.fix_step, "params": finding.fix_params} if finding.fix_step else None,
    }


def profile_as_json(sheet: Sheet) -> dict[str, Any]:
    """Return a sheet's profile as `profile_data --json` prints it: its own findings, then the columns with theirs."""
    by_column: dict[str, list[Finding]] = defaultdict(list)
    for finding in sheet.findings.all():
        by_column[finding.column].append(finding)
    return {
        "sheet": sheet.name,
        "rows": sheet.rows,
        "findings": [finding_as_json(finding) for finding in by_column[""]],
        "columns": [column_as_json(column, by_column[column.title]) for column in sheet.columns.all()],
    }


def column_as_json(column: ColumnProfile, findings: list[Finding]) -> dict[str, Any]:
    """Return a column's figures, with what was found in it."""
    return {
        "header": column.title,
        "kind": column.kind,
        "filled": column.filled,
        "distinct": column.distinct,
        "top": column.top,
        "patterns": column.patterns,
        "min": column.minimum,
        "max": column.maximum,
        "could_be_key": column.could_be_key,
        "findings": [finding_as_json(f) for f in findings],
    }

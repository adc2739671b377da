"""Profiles of small tables and of the sample files, for the tests of detectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from engine.detectors import DETECTORS
from engine.profile.profile_results import ColumnFacts, FindingFacts, SheetProfile
from engine.profile.sheet_profiler import profile_sheet
from engine.readers import open_source
from engine.sheets.table_shape import find_table
from engine.sheets.working_file import WorkingFile, write_working_file
from tests.small_working_files import SAMPLES, working_file

TODAY = date(2026, 11, 22)


def profiled(folder: Path, columns: Mapping[str, Sequence[str]], country: str = "US") -> SheetProfile:
    """The profile of a table with these columns; its first data row is source row 2."""
    rows = list(zip(*columns.values(), strict=True))
    return profile_sheet(working_file(folder, list(columns), rows), DETECTORS, country=country, today=TODAY)


def column(profile: SheetProfile, title: str) -> ColumnFacts:
    """The facts of one column."""
    return next(facts for facts in profile.columns if facts.title == title)


def finding(profile: SheetProfile, slug: str, title: str | None = None) -> FindingFacts | None:
    """The finding of this kind, of a column or (`title` is None) of any."""
    found = [one for one in profile.findings if one.slug == slug and title in (None, one.column)]
    assert len(found) <= 1, found
    return found[0] if found else None


def messages(profile: SheetProfile) -> dict[str, str]:
    """Slug -> message of all findings."""
    return {one.slug: one.message for one in profile.findings}


def sample(folder: Path, name: str, sheet: str = "", country: str = "US") -> tuple[WorkingFile, SheetProfile]:
    """A sheet of a sample file (the first one by default) as it is read without any help, and its profile."""
    with open_source(SAMPLES / name, name) as source:
        raw = next(one for one in source.sheets if sheet in ("", one.name))
        working = write_working_file(raw, find_table(raw), folder / f"{name}-{raw.name}.arrow")
    return working, profile_sheet(working, DETECTORS, country=country, today=TODAY)

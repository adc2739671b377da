"""`python -m bench.error_sets FOLDER`: how many wrong cells of files with known truth the findings name and mend.

FOLDER holds a folder for each set, with `dirty.csv` and `clean.csv` of the same rows and columns, such as hospital,
beers, flights and rayyan of the public repository SeegerM/baran. The data are no part of this project.

A wrong cell is named where a finding about its column holds its row. It is mended where the cell is right after the
fixes that a person would accept: those of which more cells come out right than wrong.
"""

from __future__ import annotations

import argparse
import csv
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pyarrow as pa

from bench.cases import read
from engine.detectors import DETECTORS
from engine.profile import detector, sheet_profiler
from engine.profile.profile_results import FindingFacts, Fix
from engine.profile.sheet_profiler import profile_sheet
from engine.sheets.working_file import ROW, WorkingFile
from engine.steps import COLUMN_STEPS
from engine.steps.step import Context

TODAY = date(2026, 1, 1)
ALL_ROWS = 10_000_000
# What they name may be right and only be written unlike the rest: their precision is set apart.
FORMATS = frozenset(
    [
        "ambiguous_dates", "capitals", "country_spellings", "date_formats", "email_capitals", "inner_spaces",
        "last_first", "list_separators", "open_century", "other_form", "phone_formats", "several_lines", "spaces",
        "spelling", "state_spellings", "web_addresses", "web_codes", "yes_no_words",
    ]
)  # fmt: skip


@dataclass
class Score:
    """Count cells of one set: wrong ones, those named, those mended, and right cells that a fix would break."""

    wrong: int = 0
    named: int = 0
    mended: int = 0
    broken: int = 0
    named_by: Counter[str] = field(default_factory=Counter)  # slug -> cells that are wrong
    alarms_by: Counter[str] = field(default_factory=Counter)  # slug -> cells that are right
    missed: Counter[str] = field(default_factory=Counter)  # title -> wrong cells that no finding names

    def precision(self, formats: bool) -> float:
        """Return which share of the named cells is wrong, of findings about formats or of all others."""
        right = sum(times for slug, times in self.named_by.items() if (slug in FORMATS) is formats)
        alarms = sum(times for slug, times in self.alarms_by.items() if (slug in FORMATS) is formats)
        return right / max(right + alarms, 1)


Cells = dict[str, list[str]]


def columns_of(path: Path) -> Cells:
    """Return the columns of a CSV file by title."""
    csv.field_size_limit(sys.maxsize)
    with path.open(encoding="utf-8-sig", newline="") as file:
        titles, *rows = csv.reader(file)
    return dict(zip(titles, map(list, zip(*rows, strict=True)), strict=True))


def same(one: str, other: str) -> bool:
    """Return whether two cells say the same: spaces around them and the way a number is written make no difference."""
    if one.strip() == other.strip():
        return True
    try:
        return float(one) == float(other)
    except ValueError:
        return False


def measure(folder: Path, scratch: Path) -> Score:
    """Return how findings and fixes do on one set."""
    truth = columns_of(folder / "clean.csv")
    working = read(folder / "dirty.csv", scratch)
    # A finding holds the first rows only, which would hide most of what it names. The profiler imports that bound by
    # its name, so that it is set there too, where mypy sees no attribute of its own.
    detector.MAX_ROWS = sheet_profiler.MAX_ROWS = ALL_ROWS  # type: ignore[attr-defined]  # imported there, see above
    findings = profile_sheet(working, DETECTORS, country="US", today=TODAY).findings
    table = working.page(0, working.num_rows)
    place_of = {row: place for place, row in enumerate(table.column(ROW).to_pylist())}
    cells = {title: table.column(title).to_pylist() for title in working.titles}
    score = Score()
    for title, before in cells.items():
        about = [finding for finding in findings if finding.column == title]
        _count(score, title, before, truth[title], [(one, {place_of[row] for row in one.rows}) for one in about])
    _mend(score, working, findings, cells, truth)
    return score


def _count(
    score: Score, title: str, before: list[str], right: list[str], about: list[tuple[FindingFacts, set[int]]]
) -> None:
    """Add what the findings about one column name."""
    wrong = {
        place for place, (cell, truth) in enumerate(zip(before, right, strict=True)) if cell.strip() != truth.strip()
    }
    named: set[int] = set()
    for finding, places in about:
        named |= places
        score.named_by[finding.slug] += len(places & wrong)
        score.alarms_by[finding.slug] += len(places - wrong)
    score.wrong += len(wrong)
    score.named += len(named & wrong)
    if wrong - named:
        score.missed[title] = len(wrong - named)


def _mend(score: Score, working: WorkingFile, findings: list[FindingFacts], cells: Cells, truth: Cells) -> None:
    """Add what the accepted fixes mend and break, one after the other."""
    now = {title: list(column) for title, column in cells.items()}
    for finding in findings:
        if not finding.column or not finding.fix or finding.fix.step not in COLUMN_STEPS:
            continue
        title = finding.column
        after = fixed(now, title, finding.fix)
        if _right(after, truth[title]) > _right(now[title], truth[title]):
            now[title] = after
    for title, before in cells.items():
        for was, is_now, right in zip(before, now[title], truth[title], strict=True):
            if was.strip() != right.strip():
                score.mended += same(is_now, right)
            else:
                score.broken += not same(is_now, right)


def _right(column: list[str], truth: list[str]) -> int:
    return sum(map(same, column, truth))


def fixed(cells: Cells, title: str, fix: Fix) -> list[str]:
    """Return a column after a fix."""
    step = COLUMN_STEPS[fix.step](**fix.params)
    others = {other: pa.array(cells[other], pa.string()) for other in step.reads()}
    context = Context(country="US", others=others)
    values = pa.array([cell.strip() for cell in cells[title]], pa.string())
    if step.learns:
        distinct = [text for text in dict.fromkeys(values.to_pylist()) if text]
        context = Context(country="US", others=others, learnt=step.learn(distinct, context))
    after: list[str] = step.apply(values, context).values.to_pylist()
    return after


def report(name: str, score: Score, *, details: bool) -> None:
    """Print the line of one set, and where asked what each kind of finding named."""
    named, mended = score.named / score.wrong, score.mended / score.wrong
    precise, of_formats = score.precision(formats=False), score.precision(formats=True)
    print(
        f"{name:10} wrong {score.wrong:5}  named {named:.2f}  mended {mended:.2f}  broken {score.broken:4}"
        f"  precision {precise:.2f}  (formats {of_formats:.2f})"
    )
    if details:
        for slug in sorted({*score.named_by, *score.alarms_by}):
            print(f"    {slug:24} wrong {score.named_by[slug]:5}  right {score.alarms_by[slug]:5}")
        print(f"    not named: {dict(score.missed)}")


def main() -> None:
    """Measure every set of a folder."""
    parser = argparse.ArgumentParser(prog="bench.error_sets", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--details", action="store_true", help="each kind of finding, and the columns missed")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="error-sets-") as scratch:
        for folder in sorted(chosen.folder.iterdir()):
            if (folder / "dirty.csv").exists():
                report(folder.name, measure(folder, Path(scratch)), details=chosen.details)


if __name__ == "__main__":
    main()

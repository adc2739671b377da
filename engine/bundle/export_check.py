"""The check before export: what would be exported now, what would be held back, and what prevents it."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from engine.bundle.build import Examined, Progress, Ticker, examine
from engine.bundle.bundle_report import CheckReport, LookupFacts
from engine.bundle.bundle_sheets import BundleSheet
from engine.recipe import Recipe

MAX_KEYS = 2000  # of one lookup that are listed


def check(sources: Sequence[BundleSheet], recipe: Recipe, progress: Progress | None = None) -> CheckReport:
    """Do everything that an export does but write it. `progress(done, total)` may raise to cancel.

    Raises RecipeError where the recipe does not fit the files.
    """
    ticker = Ticker(sources, 1, progress)
    with tempfile.TemporaryDirectory(prefix="data-migrator-") as directory:
        examined = examine(sources, recipe, Path(directory), ticker, keep_all=False)
    sheets = tuple(survey.sum() for survey in examined.surveys)
    return CheckReport(examined.problems, sheets, tuple(_lookups(examined)))


def _lookups(examined: Examined) -> list[LookupFacts]:
    """Every table with the keys that the cleaned rows hold."""
    found = []
    for name, table in sorted(examined.plan.tables.items()):
        rows: Counter[str] = Counter()
        for survey in examined.surveys:
            rows.update(survey.keys(name))
        found.append(LookupFacts.of(name, table.model, table.creates, table.ids(rows), rows, MAX_KEYS))
    return found

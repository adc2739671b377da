"""Judge a whole dataset of a seed: draw it, run it, compare it."""

from __future__ import annotations

import logging
import tempfile
import traceback
from pathlib import Path

from bench.mess.drawn_dataset import MessyDataset, MessySheet, draw_dataset
from bench.mess.faults import Figures, QualityFault
from bench.mess.sheet_verdict import SheetUnderTest, SheetVerdict
from bench.mess.unattended_run import RunSheet, UnattendedRun, unattended
from engine.bundle.checked_sheets import CheckedSheet


def judge_seed(seed: int) -> Figures:
    """Return the figures of one seed; whatever the program raises is a fault, too."""
    logging.disable(logging.WARNING)  # refusals are counted
    with tempfile.TemporaryDirectory(prefix="mess-") as folder:
        dataset = draw_dataset(seed, Path(folder))
        figures = Figures()
        figures.of["workbooks"] += 1
        try:
            with unattended(dataset.files, dataset.country) as run:
                figures.add(judge(dataset, run))
        except Exception as problem:
            last = traceback.extract_tb(problem.__traceback__)[-1]
            where = f"{Path(last.filename).name}:{last.lineno}"
            figures.faults.append(
                QualityFault("crashes", f"{type(problem).__name__} {where}", seed, str(problem)[:200])
            )
            figures.of["crashes"] += 1
        return figures


def judge(dataset: MessyDataset, run: UnattendedRun) -> Figures:
    """Return the figures of a dataset that was run."""
    figures = Figures()
    for messy in dataset.sheets:
        if messy.file in run.refused:
            reason = run.refused[messy.file]
            figures.count(
                "files read", False, QualityFault("files read", "refused", dataset.seed, f"{messy.file}: {reason}")
            )
            continue
        found = _run_sheet(messy, run)
        figures.count(
            "files read", found is not None, QualityFault("files read", "sheet is missing", dataset.seed, messy.file)
        )
        if found is not None:
            figures.add(_judge_sheet(dataset, messy, found, run))
    return figures


def _run_sheet(messy: MessySheet, run: UnattendedRun) -> RunSheet | None:
    here = [sheet for sheet in run.sheets if sheet.file == messy.file]
    named = [sheet for sheet in here if sheet.name == messy.laid.table.name]
    return next(iter(named or here), None)


def _judge_sheet(dataset: MessyDataset, messy: MessySheet, found: RunSheet, run: UnattendedRun) -> Figures:
    problems = run.checked.problems if run.checked is not None else ()
    # What an export refuses as a whole has written no row.
    checked = _checked(found, run) if not run.problem else None
    test = SheetUnderTest(dataset.seed, dataset.country, messy.laid, found, run.recipe, checked, problems)
    return SheetVerdict(test, found).figures_of_sheet()


def _checked(found: RunSheet, run: UnattendedRun) -> CheckedSheet | None:
    if run.checked is None:
        return None
    for one in run.checked.sheets:
        if one.mapped.sheet.source_name == found.file and one.mapped.sheet.sheet == found.name:
            return one
    return None

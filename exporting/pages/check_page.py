"""The check before export: what is wrong, and the place that mends it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.urls import reverse

from exporting.mending_steps import Mending, mending
from exporting.models import Check
from exporting.services import check_services
from mapping.pages import missing_columns_page
from mapping.selectors import all_titles
from migrator import stations
from migrator.models import Job
from migrator.stations import DONE, State
from profiling.models import Dataset, Sheet
from profiling.pages import of_dataset
from profiling.selectors import current_sheets

ACTIONS = {"files": "To the files", "mapping": "To the mapping", "cleaning": "To the column"}
OF_SETTINGS = {"bad_namespace", "bad_company", "day_before"}
# What a problem means and what to do, where its own sentence does not say it.
MEANS = {
    "lookup_nowhere": "Say which record of Odoo each of these values stands for.",
    "reference_nowhere": "Add the missing records to your files, or correct these cells.",
    "reference_held_back": "They go as soon as those records do: mend the other problems first.",
    "key_disputed": "One key, one record: correct the key, or choose another one in the mapping.",
    "conflict": "Correct the cells that differ, or send that column to another kind of record.",
    "could_not": "Correct these cells, or change the step; nothing was guessed.",
    "required_not_mapped": "Give it a column, or the same value for every record.",
    "switched_off": "Give the empty cells a value with the step for empty cells.",
    "rounded": "Round them yourself, or give Odoo more decimals before you load.",
    "parents_address": "Send a column to 'Address Type', such as Delivery Address, if they are to keep their own.",
    "columns_not_named": "Choose a field for them if Odoo should have them.",
}


# Under which heading problems are listed; those of rows are to be mended like those that stop everything.
_LISTS = {"warning": "warnings", "left_out": "left_out"}
# Sentences that say already what stays out.
_SAY_LEFT_OUT = {"no_target", "needs_left_out", "field_left_out"}


def page(user: Any, dataset: Dataset, found: Check | None, problem: str = "") -> dict[str, Any]:
    """Return what check.html needs; `problem` says why nothing could be checked, a sentence."""
    report = _report(dataset, found, problem)
    unnamed = current_sheets(dataset).filter(skip=False) if problem else ()
    return {
        **of_dataset(user, dataset, "check"),
        "report": report,
        "gone": missing_columns_page.cards(unnamed),
        "stale": _is_stale(found),
        "job": _unfinished_job(found),
        "on_problem": dataset.on_problem,
        "on_problem_url": reverse("on_problem_set", args=[dataset.pk]),
        "check_url": reverse("check_again", args=[dataset.pk]),
        "held_back": _held_back(report),
    }


def _is_stale(found: Check | None) -> bool:
    # A dataset that was never checked is not stale: the page offers the first check then.
    return found is not None and found.checked_at is not None and not found.fresh


def _held_back(report: dict[str, Any] | None) -> int:
    if report is None:
        return 0
    return sum(sheet["rejected"] for sheet in report["sheets"])


def _unfinished_job(found: Check | None) -> Job | None:
    """Return the job that checks, or could not."""
    if found is None or found.job is None or found.job.status == Job.Status.DONE:
        return None
    return found.job


def _report(dataset: Dataset, found: Check | None, problem: str) -> dict[str, Any] | None:
    if problem:
        mend = {
            "message": problem,
            "url": reverse("dataset_cleaning", args=[dataset.pk]),
            "action": "To the steps",
        }
        only = {"blocking": [mend], "left_out": [], "warnings": [], "sheets": []}
        return {**only, "checked_at": found and found.checked_at}
    if found is None or found.checked_at is None:
        return None
    sheets = {(sheet.source_name, sheet.name): sheet for sheet in current_sheets(dataset)}
    cards: dict[str, list[dict[str, Any]]] = {"blocking": [], "left_out": [], "warnings": []}
    for one in found.report["problems"]:
        cards[_LISTS.get(one["severity"], "blocking")].append(card(dataset, one, sheets))
    return {
        **cards,
        "sheets": sums(found.report),
        "checked_at": found.checked_at,
    }


def sums(report: dict[str, Any]) -> list[dict[str, Any]]:
    """Return where the rows of each sheet of a check's or an export's report go, as sums.html shows it."""
    # What fills no records has problems of that kind alone; of a sheet left out in part, some records go.
    left_out = {problem["sheet"] for problem in report.get("problems", ()) if problem["kind"] == "no_target"}
    shown = []
    for sheet in report.get("sheets", ()):
        shown.append({**sheet, "name": sheet["sheet"], "left_out": sheet["sheet"] in left_out})
    return shown


def card(dataset: Dataset, problem: dict[str, Any], sheets: dict[tuple[str, str], Sheet]) -> dict[str, Any]:
    """Return one problem as problem.html shows it, with a link to the place that mends it and the step that may."""
    sheet = sheets.get((problem["source"], problem["sheet"]))
    offered = mending(sheet, problem) if sheet is not None else None
    by_step = offered is not None
    # A step is one click away; the values of a lookup have to be gone through one by one.
    to_lookup = bool(problem["lookup"]) and problem["station"] == "mapping" and not by_step
    examples = problem["examples"]
    if problem["kind"] == "columns_not_named":
        examples = []  # the sentence lists the columns already
    url = _mends(dataset, problem, sheet, by_step)
    if to_lookup:
        url = _lookup(dataset, problem)
    return {
        "message": problem["message"],
        "sheet": problem["sheet"],
        "column": problem["column"],
        "count": problem["count"],
        "examples": examples,
        "unit": "rows" if problem["severity"] == "row" or problem["rows"] else "",
        "means": _means(problem, by_step),
        "url": url,
        "action": _action(problem, to_lookup, by_step),
        "fix": _fix(dataset, sheet, problem, offered) if sheet is not None and offered else None,
    }


def _action(problem: dict[str, Any], to_lookup: bool, by_step: bool) -> str:
    if problem["kind"] in OF_SETTINGS:
        return "To the settings"
    if to_lookup:
        return "To the values"
    if by_step:
        return ACTIONS["cleaning"]
    return ACTIONS[problem["station"]]


def _means(problem: dict[str, Any], mended_by_step: bool) -> str:
    sentences = []
    # The label of an offered step says what to do already.
    if not mended_by_step and problem["kind"] in MEANS:
        sentences.append(MEANS[problem["kind"]])
    if problem["severity"] == "blocking":
        sentences.append("Nothing can be exported before this is mended.")
    if problem["severity"] == "left_out" and problem["kind"] not in _SAY_LEFT_OUT:
        sentences.append("Until then this stays out of the export; the rest goes.")
    return " ".join(sentences)


def _fix(dataset: Dataset, sheet: Sheet, problem: dict[str, Any], offered: Mending) -> dict[str, Any]:
    return {
        "url": reverse("check_mend", args=[dataset.pk]), "label": offered.label, "sheet": sheet.pk,
        "column": all_titles(sheet).index(problem["column"]), "kind": problem["kind"],
    }  # fmt: skip


def _lookup(dataset: Dataset, problem: dict[str, Any]) -> str:
    return reverse("lookup_page", args=[dataset.pk, problem["lookup"]])


def _mends(dataset: Dataset, problem: dict[str, Any], sheet: Sheet | None, by_step: bool) -> str:
    if problem["kind"] in OF_SETTINGS:
        return reverse("dataset_settings", args=[dataset.pk])
    if sheet is None:
        return reverse(f"dataset_{problem['station']}", args=[dataset.pk])
    position, titles = None, all_titles(sheet)
    if problem["column"] in titles:  # a column that the export adds has no panel
        position = titles.index(problem["column"])
    if problem["station"] == "cleaning" or by_step:
        return _cleaning(dataset, sheet, position, problem["rows"])
    if problem["station"] == "mapping":
        model = f"&model={problem['model']}" if problem["model"] else ""
        anchor = f"#map-{position}" if position is not None else ""
        return f"{reverse('dataset_mapping', args=[dataset.pk])}?sheet={sheet.pk}{model}{anchor}"
    return reverse("dataset_files", args=[dataset.pk])


def _cleaning(dataset: Dataset, sheet: Sheet, position: int | None, rows: list[int]) -> str:
    # The grid opens on the page that has the first of the rows.
    at = f"?row={rows[0]}" if rows else ""
    if position is None:
        return reverse("sheet_grid", args=[dataset.pk, sheet.pk]) + at
    return reverse("column_panel", args=[dataset.pk, sheet.pk, position]) + at


def state(dataset: Dataset) -> State:
    """Return what the rail says beside Check: how many things are to be mended, once it was checked."""
    found = check_services.latest(dataset)
    if found is None:
        if current_sheets(dataset).exists():
            return State(todo="Check before you export")
        return State()  # without a file there is nothing to check
    severities = Counter(problem["severity"] for problem in found.report["problems"])
    blocking = severities["blocking"]
    count = blocking + severities["left_out"] + severities["row"]
    if not count:
        return DONE  # warnings alone keep nothing back
    todo = f"{count} thing{'s' * (count != 1)} to mend"
    if blocking:
        return State(str(count), "problem", "", todo)
    return State(str(count), "attention", "", todo)


stations.add("check", state)

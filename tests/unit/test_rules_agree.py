"""Portal and loader agree: validation accepts what the portal lets out, and the portal says what it refuses."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.bundle import build, read_sheets
from engine.bundle.bundle_export import ExportProgress, examine
from engine.bundle.export_problems import ProblemsFound
from engine.recipe import Recipe, RecipeError, load
from odoo_migrate.project.problems import Problem
from odoo_migrate.rules.reference_rules import KEY_DISPUTED
from odoo_migrate.rules.time_zones import wrong_time_zone
from tests.both_sides import Unfiltered, errors, loaded, predicate
from tests.drawn_rules import drawn_rules
from tests.drawn_workbooks import Drawn, drawn
from tests.small_bundles import written

NOWHERE = "leads nowhere: there is no such "  # begins what `no_such_record` says of a key
EXAMPLES = 25  # in the suite; besides, the 1,850 seeds from 5000 on were run each way


def recipe_of(one: Drawn) -> Recipe | None:
    """The recipe of a drawn dataset; None where the portal refuses it, which it does for its time zone alone."""
    zone = yaml.safe_load(one.recipe).get("timezone", "UTC")
    if not wrong_time_zone(zone):
        return load(one.recipe)
    with pytest.raises(RecipeError, match=f"there is no time zone '{zone}'"):
        load(one.recipe)
    return None


def let_out(one: Drawn, directory: Path) -> list[Problem]:
    """What the loader finds in what the portal lets out; nothing where the portal refuses it all."""
    files, recipe = written(directory / "files", one.files), recipe_of(one)
    if recipe is None:
        return []
    with read_sheets(files, recipe) as sheets:
        try:
            build(sheets, recipe, directory / "bundle", unpacked=True)
        except ProblemsFound:
            return []
    return loaded(directory / "bundle")


@settings(max_examples=EXAMPLES)
@given(st.integers(0, 10**9))
def test_what_the_portal_lets_out_the_loader_accepts(seed: int) -> None:
    with tempfile.TemporaryDirectory() as directory:
        assert errors(let_out(drawn_rules(seed), Path(directory))) == []


@pytest.mark.parametrize("seed", range(30))
def test_the_bundles_of_drawn_workbooks_are_accepted(seed: int, tmp_path: Path) -> None:
    assert errors(let_out(drawn(seed), tmp_path)) == []


# --- what the portal holds back


def said_of_row(problem: Problem, cell: str, reason: str) -> bool:
    """Whether a reason of the portal is, to the letter, the rule's sentence about this column and this cell."""
    wrong = re.escape(predicate(problem.message))
    column, shown = re.escape(f"'{problem.column}'"), re.escape(f" ('{cell}')") if cell.strip() else r"(?: \('\s*'\))?"
    if problem.column in {"id", ""}:  # of an ID the portal names the key's column, of a constant it has no other
        column, shown = "'[^']*'", r" \('[^']*'\)"
    frames = [
        f"{column}{shown} {wrong}",  # a predicate
        f"{column}{shown}: {wrong}",  # a clause, or a key that no record has
        f"{column}: '.*?'[^']* {wrong}",  # keys of a lookup: the portal lists all of the cell
        f"{column}{shown}: a row of another mapping {wrong}",
        wrong,  # a clause about the whole record
    ]
    return any(re.search(f"(?:^|; ){frame}(?:$|; )", reason, re.DOTALL) for frame in frames)


def said_of_key(problem: Problem, reason: str) -> bool:
    """Whether the portal says of an order sheet's rows that they do not agree in the column which the loader names.

    Such rows are lines of one order, so that it does not call their key repeated: it always is.
    """
    odds = re.search(r" in ('.*'), not '", problem.message)
    start = f"the rows of '{problem.column}' '{problem.value}' do not agree in "
    said = re.search(f"(?:^|; ){re.escape(start)}(.*?), so one ", reason)
    return bool(odds and said and predicate(problem.message) == KEY_DISPUTED and odds[1] in said[1])


def said_of_all(problem: Problem, blocking: Sequence[str]) -> bool:
    """Whether what blocks the export is, to the letter, the rule's sentence about a constant or a mapping."""
    if problem.message in blocking:
        return True
    end = f" {predicate(problem.message)}."
    for one in blocking:
        if one.startswith((f"The constant '{problem.value}' for '", "The lookup '")) and one.endswith(end):
            return True
    # A constant that names a record of another kind may name it in that record too: the loader also says that it would
    # refer to itself then.
    endless = re.match("'([^']*)' .* refers to itself through ", problem.message)
    if endless and any(one.startswith(f"The constant '{endless[1]}' for '") for one in blocking):
        return True
    # The mapping of records that a lookup cannot create is written all the same here; drawn lookups are named so.
    lookup = "lk_" + problem.file.removeprefix("config/mappings/").removesuffix(".yml").replace(".", "_")
    return any(one.startswith(f"The lookup '{lookup}' cannot create ") for one in blocking)


def named_gone_record(problem: Problem, blocking: Sequence[str]) -> bool:
    """Whether a constant or lookup names a record that was taken out on the way.

    That record's row was wrong, or a constant blocks all rows of its mapping: then nothing is exported anyhow, and the
    portal has no reason to follow what refers to them.
    """
    wrong = predicate(problem.message)
    return wrong.startswith("names a record that the project does not have (") and bool(blocking)


def said_before(problem: Problem, unfiltered: Unfiltered, *, again: bool) -> str:
    """ "" where the portal held the row back and said the same; `again`: other rows are gone, so it may say more."""
    blocking = [one.message for one in unfiltered.examined.problems if one.severity == "blocking"]
    if said_of_all(problem, blocking):
        return ""
    if again and named_gone_record(problem, blocking):
        return ""
    if problem.file not in unfiltered.files:
        return f"{problem.text()} | {blocking}"
    sheet, position = unfiltered.place(problem)
    reason = unfiltered.reasons[sheet].get(position, "")
    if said_of_row(problem, unfiltered.cell(sheet, position, problem.column), reason) or said_of_key(problem, reason):
        return ""
    # What refers to a row that is gone leads nowhere now. The portal says that the row is held back, and says nothing
    # of it where the referring row is held back for a reason of its own.
    if again and reason and predicate(problem.message).startswith(NOWHERE):
        return ""
    return f"{again} {problem.text()} | {reason or 'nothing'} | {blocking}"


def unsaid(one: Drawn, directory: Path) -> list[str]:
    """What the loader refuses of the unfiltered records that the portal has not said."""
    files, recipe = written(directory / "files", one.files), recipe_of(one)
    if recipe is None:
        return []
    with read_sheets(files, recipe) as sheets:
        examined = examine(sheets, recipe, directory, ExportProgress(sheets, 1, None), keep_all=True, strict=True)
        if any(problem.severity == "blocking" and problem.kind in UNWRITABLE for problem in examined.problems):
            return []
        unfiltered = Unfiltered(examined, directory / "all")
        for turn in range(12):  # what is wrong is taken out, so that the later stages are reached
            unfiltered.write()
            found = [problem for problem in loaded(unfiltered.root) if problem.level == "error"]
            missed = [text for text in (said_before(p, unfiltered, again=turn > 0) for p in found) if text]
            rows = [unfiltered.place(problem) for problem in found if problem.file in unfiltered.files]
            if missed or not rows:
                return missed
            for sheet, position in rows:
                unfiltered.gone[sheet][position] = True
    return ["the loader never comes to an end"]


# Without an ID, a column or a table no project can be written.
UNWRITABLE = {
    "no_key", "bad_pattern", "pattern_column", "missing_column", "unknown_model", "bad_lookup_name", "file_name_twice",
    "filled_twice", "bad_entry",
}  # fmt: skip


@settings(max_examples=EXAMPLES)
@given(st.integers(0, 10**9))
def test_what_the_loader_refuses_the_portal_has_said(seed: int) -> None:
    with tempfile.TemporaryDirectory() as directory:
        assert unsaid(drawn_rules(seed), Path(directory)) == []

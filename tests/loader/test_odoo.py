"""The loader against a real Odoo (`real_odoo`): the samples' bundles, bad records of every kind, and the kill.

What Odoo holds is asked of its own export, not of the loader's eyes.
"""

from __future__ import annotations

import csv
import json
import os
import random
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import pytest

from odoo_migrate.loading.journal import read_history
from odoo_migrate.odoo import server_records as server
from odoo_migrate.odoo.client import Odoo
from odoo_migrate.project.payload import Payload
from odoo_migrate.project.project_reader import read_project
from tests import real_odoo
from tests.loadable_projects import failures, project_of, repay, run_of
from tests.real_odoo import RealOdoo, exported
from tests.unit.test_sample_bundles import FILES, cleaned

pytestmark = pytest.mark.odoo


@pytest.fixture(scope="module")
def real() -> RealOdoo:
    found = real_odoo.given()
    assert found
    return found


@pytest.fixture(scope="module")
def odoo(real: RealOdoo):
    with real.connect() as connected:
        yield connected


def start(root: Path, real: RealOdoo, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "odoo_migrate", *words, "--project", str(root)]
    environment = os.environ | real.environment()
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def told(root: Path, real: RealOdoo, *words: str, status: int = 0) -> Any:
    """What a command says in JSON."""
    process = start(root, real, *words, "--json")
    output, errors = process.communicate()
    assert process.returncode == status, output + errors
    return json.loads(output)


# --- The samples ----------------------------------------------------------------------------------------------
def same(kind: server.ServerField, column: str, text: str, cell: Any) -> bool:
    """Whether an exported cell says what the payload says."""
    if column.endswith("/id"):
        return set(text.split(",")) == set(str(cell).split(","))
    if kind.type == "boolean":
        return (text.lower() in {"1", "true", "yes"}) == (str(cell) == "True")
    if kind.type in {"integer", "float", "monetary"}:
        return float(cell) == pytest.approx(float(text), rel=1e-14)
    if kind.type == "selection":
        return str(cell) in {text, dict(kind.selection).get(text)}
    if kind.type == "datetime":
        return str(cell)[:19] == (text if ":" in text else f"{text} 00:00:00")
    if kind.type == "html":  # Odoo puts an element around a line; which one depends on the version of its lxml
        return str(cell) in {text, f"<p>{text}</p>", f"<span>{text}</span>"}
    return str(cell) == text


def wrong_cells(root: Path, odoo: Odoo) -> tuple[int, list[tuple[str, str]]]:
    """How many cells the payload has, and which of them (ID and column) Odoo does not hold."""
    cells, wrong = 0, []
    project = read_project(root)
    for name, mapping in project.mappings.items():
        payload = Payload(root, name)
        records = list(payload.records())
        kinds = server.server_fields(odoo, mapping.model)
        zone = project.settings.timezone
        held = exported(odoo, mapping.model, payload.fields, [one.id for one in records], zone)
        for one in records:
            for column, text in zip(payload.fields, one.values, strict=True):
                cells += bool(text)
                if text and not same(kinds[column.removesuffix("/id")], column, text, held[one.id][column]):
                    wrong.append((one.id, column))
    return cells, wrong


def reported(root: Path) -> set[tuple[str, str]]:
    """Cells that the run says Odoo keeps differently."""
    found = set()
    for path in (root / "runs/first/differences").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as stream:
            found |= {(row["id"], row["field"]) for row in csv.DictReader(stream)}
    return found


@pytest.mark.parametrize("name", FILES)
def test_a_sample_is_loaded_with_every_value_right_and_a_second_run_writes_nothing(
    tmp_path: Path, real: RealOdoo, odoo: Odoo, name: str
):
    _, root = cleaned(name, tmp_path, odoo_version=odoo.version)
    told(root, real, "source", "prepare")
    told(root, real, "transform", "execute")
    told(root, real, "validate", "check")
    told(root, real, "validate", "check", "--against-odoo")
    told(root, real, "load", "init", "--run-id", "first")
    first = told(root, real, "load", "run", "first")
    assert first["failed"] == 0
    cells, wrong = wrong_cells(root, odoo)
    assert cells > 40
    assert set(wrong) == reported(root)
    if odoo.version != "19.0":  # where a contact of a company has no address of its own
        assert wrong == []
    second = told(root, real, "load", "run", "first")
    assert (second["writes"], second["failed"]) == (0, 0)
    assert all(step["created"] == step["updated"] == 0 for step in second["steps"])


# --- Bad records ----------------------------------------------------------------------------------------------
GOOD = {
    "name": "",
    "ref": "",
    "active": "1",
    "color": "3",
    "partner_latitude": "1.5",
    "type": "contact",
    "category_id/id": "",
    "country_id/id": "base.be",
    "lang": "",
    "barcode": "",
}
BAD = {
    "a word for yes": {"active": "y"},
    "a whole number with a point": {"color": "3.0"},
    "a number with separators": {"partner_latitude": "1,234.5"},
    "a number with a percent sign": {"partner_latitude": "5%"},
    "no choice": {"type": "holiday"},
    "a choice with a space": {"type": " contact"},
    "an unknown record": {"category_id/id": "migr.tag.nowhere"},
    "two records with a space": {"category_id/id": "base.be, base.nl"},
    "a record of another model": {"country_id/id": "base.main_company"},
    "no name": {"name": ""},
    "a language that is not installed": {"lang": "tlh_TLH"},
    "a barcode that is taken": {"barcode": "taken"},
}


def test_bad_records_of_every_kind_are_reported_and_good_ones_go_in(tmp_path: Path, real: RealOdoo, odoo: Odoo):
    batch = uuid.uuid4().hex[:8]
    rows: dict[str, dict[str, str]] = {}
    for place in range(len(BAD) * 3):
        cells = GOOD | {"name": f"Name {place}", "ref": f"{batch}-{place}"}
        cells["barcode"] = f"{batch}{place}" if place == 0 else ""
        rows[f"migr.bad_{batch}.{place}"] = cells
    bad = dict(zip(list(rows)[1::3], BAD, strict=True))
    good = {one: dict(cells) for one, cells in rows.items()}
    for one, kind in bad.items():
        rows[one] |= {name: f"{batch}0" if text == "taken" else text for name, text in BAD[kind].items()}
    root = project_of(tmp_path, tables(rows), version=odoo.version)
    told(root, real, "load", "init", "--run-id", "first")
    told(root, real, "load", "run", "first", status=1)
    report = {row["id"]: row for row in failures(root, "res.partner")}
    assert {bad[one] for one in report} == set(BAD)
    assert all(row["message"] for row in report.values())
    unnamed = {kind for one, kind in bad.items() if not report[one]["field"]}
    assert unnamed <= {"no name", "a language that is not installed", "a barcode that is taken"}
    assert found(odoo, batch) == {cells["ref"] for one, cells in rows.items() if one not in bad}

    repay(root, tables(good))
    told(root, real, "load", "retry", "first")
    assert found(odoo, batch) == {cells["ref"] for cells in good.values()}
    assert wrong_cells(root, odoo)[1] == []


DATES = {
    "good": ("2024-02-29", "2024-02-29 10:30:00"),
    "slashes": ("2024/02/29", ""),
    "no such day": ("2023-02-29", ""),
    "letters of a standard": ("", "2024-02-29T10:00:00Z"),
    "an offset": ("", "2024-02-29 10:00:00+02:00"),
    "a day alone": ("2024-02-29", "2024-02-29"),
}


def test_dates_are_stored_as_they_stand_or_not_at_all(tmp_path: Path, real: RealOdoo, odoo: Odoo):
    batch = uuid.uuid4().hex[:8]
    columns = ("name", "date_deadline", "date_closed")
    rows = [(f"migr.lead_{batch}.{n}", kind, *DATES[kind]) for n, kind in enumerate(DATES)]
    root = project_of(tmp_path, {"crm.lead": (columns, rows)}, version=odoo.version)
    told(root, real, "load", "init", "--run-id", "first")
    told(root, real, "load", "run", "first", status=1)
    failed = {row["name"] for row in failures(root, "crm.lead")}
    assert failed == set(DATES) - {"good", "a day alone"}
    repay(root, {"crm.lead": (columns, [row for row in rows if row[1] not in failed])})
    told(root, real, "load", "init", "--run-id", "second")
    assert told(root, real, "load", "run", "second")["writes"] == 0
    assert wrong_cells(root, odoo)[1] == []


def tables(rows: dict[str, dict[str, str]]) -> dict[str, Any]:
    return {"res.partner": (tuple(GOOD), [(one, *cells.values()) for one, cells in rows.items()])}


def found(odoo: Odoo, batch: str) -> set[str]:
    """The references of a batch's records; each is there once."""
    told = odoo.call("res.partner", "search_read", [["ref", "=like", f"{batch}-%"]], ["ref"])
    refs = [row["ref"] for row in told]
    assert len(refs) == len(set(refs))
    return set(refs)


# --- The kill -------------------------------------------------------------------------------------------------
SIZE = 240


@pytest.mark.parametrize("seed", range(20))
def test_killed_at_a_random_moment_a_run_goes_on(tmp_path: Path, real: RealOdoo, odoo: Odoo, seed: int):
    chance, batch = random.Random(seed), uuid.uuid4().hex[:8]
    columns = ("name", "ref", "email", "function", "parent_id/id")
    rows = []
    for number in range(SIZE):
        parent = f"migr.kill_{batch}.{number // 8 * 8}" if number % 8 else ""
        cells = (f"Name {number}", f"{batch}-{number}", f"n{number}@example.com", f"Job {number}", parent)
        rows.append((f"migr.kill_{batch}.{number}", *cells))
    root = project_of(tmp_path, {"res.partner": (columns, rows)}, version=odoo.version)
    told(root, real, "load", "init", "--run-id", "first")
    kills = 0
    while kills < 2:
        process = start(root, real, "load", "run", "first", "--batch-size", "20")
        journal, met = run_of(root).journal, entries(root)
        wanted = met + chance.randrange(1, 14)
        while process.poll() is None and (not journal.exists() or entries(root) < wanted):
            time.sleep(0.002)
        time.sleep(chance.random() * 0.2)
        if process.poll() is not None:
            break
        process.send_signal(signal.SIGKILL)
        process.communicate()
        kills += 1
    assert kills
    told(root, real, "load", "run", "first")
    assert found(odoo, batch) == {f"{batch}-{number}" for number in range(SIZE)}
    assert wrong_cells(root, odoo)[1] == []
    assert set(read_history(run_of(root).journal).created["res.partner"]) == {row[0] for row in rows}
    assert told(root, real, "load", "run", "first")["writes"] == 0


def entries(root: Path) -> int:
    path = run_of(root).journal
    return path.read_bytes().count(b"\n") if path.exists() else 0

"""What a load refuses to do, and what it does not forget."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from odoo_migrate.loading import run_load, runs
from odoo_migrate.loading.journal import read_history
from odoo_migrate.loading.run_status import status
from odoo_migrate.loading.runs import RunProblem
from odoo_migrate.odoo.odoo_errors import Unreachable
from odoo_migrate.project.payload import PayloadWriter
from odoo_migrate.project.project_reader import read_project
from odoo_migrate.project.yaml_text import FormatError
from odoo_migrate.stages import payload_stamps
from tests.loadable_projects import QUICK, counts, failures, loaded, project_of, repay, run_of, signed_in
from tests.odoo_http import Injected, Server, serving
from tests.odoo_store import Model, ServerFault, Store

COLUMNS = ("name", "ref")


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(Store()) as running_server:
        yield running_server


def people(count: int, **names: str) -> list[tuple[str, ...]]:
    return [(f"migr.p.{n}", names.get(f"n{n}", f"Name {n}"), f"R{n}") for n in range(count)]


# --- What is sent ---------------------------------------------------------------------------------------------
def test_a_payload_older_than_its_data_makes_no_run(tmp_path: Path):
    root = project_of(tmp_path, {"res.partner": (COLUMNS, people(3))})
    raw = root / "data/raw/res_partner.csv"
    raw.write_text(raw.read_text().replace("Name 1", "Name One"))
    with pytest.raises(RunProblem, match=r"The payload of res\.partner is older than data/raw/res_partner\.csv"):
        runs.init(root)
    assert not (root / "runs").exists()


@pytest.mark.parametrize("stranger", ["base.main_partner", "other.p.1", "migr", "migr.a b"])
def test_only_ids_of_the_project_are_sent(tmp_path: Path, stranger):
    root = project_of(tmp_path, {"res.partner": (COLUMNS, people(1))})
    written_by_hand(root, [*people(1), (stranger, "Taken", "R9")])
    with pytest.raises(RunProblem, match="which is none of the project's"):
        runs.init(root)


def test_an_id_stands_once(tmp_path: Path):
    root = project_of(tmp_path, {"res.partner": (COLUMNS, people(1))})
    written_by_hand(root, [*people(2), ("migr.p.1", "Twice", "R1")])
    with pytest.raises(RunProblem, match=r"holds the ID 'migr\.p\.1' twice \(rows 3 and 4\)"):
        runs.init(root)


def test_a_payload_changed_by_hand_is_not_sent(tmp_path: Path, server: Server):
    root = project_of(tmp_path, {"res.partner": (COLUMNS, people(3))})
    run_of(root)
    payload = root / "data/payload/res.partner.csv"
    payload.write_text(payload.read_text().replace("Name 1", "Name One"))
    for make in (lambda: runs.init(root), lambda: loaded(root, server)):
        with pytest.raises(RunProblem, match="was changed by hand"):
            make()
    assert server.store.writes == 0


def test_what_was_mended_must_be_transformed_before_it_is_sent_again(tmp_path: Path, server: Server):
    root = project_of(tmp_path, {"res.partner": (COLUMNS, people(3, n1=""))})
    loaded(root, server)
    raw = root / "data/raw/res_partner.csv"
    raw.write_text(raw.read_text().replace("p.1,,R1", "p.1,Name 1,R1"))
    with signed_in(server) as odoo, pytest.raises(RunProblem, match="is older than"):
        run_load.retry(run_of(root), odoo, run_load.Options())


def written_by_hand(root: Path, rows: list[tuple[str, ...]]) -> None:
    """A payload with a stamp that says all is well."""
    with PayloadWriter(root, "res.partner", COLUMNS) as writer:
        for place, (external_id, *values) in enumerate(rows):
            writer.write(place + 2, external_id, values)
    found = read_project(root)
    payload_stamps.write(found, found.mappings["res.partner"])


@pytest.mark.parametrize("link", ["differences.jsonl", "first/journal.jsonl", "first/.lock", "first/failed"])
def test_links_below_runs_lead_nowhere(tmp_path: Path, server: Server, link):
    root = project_of(tmp_path / "project", {"res.partner": (COLUMNS, people(2, n1=""))})
    run_of(root)
    outside = tmp_path / "outside"
    if link.endswith("failed"):
        outside.mkdir()
    else:
        outside.write_text("mine\n")
    os.symlink(outside, root / "runs" / link)
    with pytest.raises(FormatError, match="lies outside the project directory"):
        loaded(root, server)
    assert list(outside.iterdir()) == [] if outside.is_dir() else outside.read_text() == "mine\n"


def test_a_runs_folder_that_leads_out_is_refused(tmp_path: Path):
    root = project_of(tmp_path / "project", {"res.partner": (COLUMNS, people(1))})
    (tmp_path / "outside").mkdir()
    os.symlink(tmp_path / "outside", root / "runs")
    with pytest.raises(FormatError, match="lies outside the project directory"):
        runs.init(root, run_id="first")
    assert list((tmp_path / "outside").iterdir()) == []


def test_a_mapping_that_is_gone_and_a_zone_that_never_was(tmp_path: Path, server: Server):
    root = project_of(tmp_path, {"res.partner": (COLUMNS, people(1)), "crm.lead": (("name",), [("migr.l.1", "L")])})
    run_of(root)
    project_of(root, {"res.partner": (COLUMNS, people(1))})
    with pytest.raises(RunProblem, match=r"has no mapping 'crm\.lead' any more"):
        runs.read(root, "first")
    settings = root / "config/project.yml"
    settings.write_text(settings.read_text().replace("Europe/Brussels", "Europe/Nowhere"))
    with pytest.raises(RunProblem, match="names the time zone 'Europe/Nowhere', which does not exist"):
        loaded(root, server, "second")


# --- What is not forgotten ------------------------------------------------------------------------------------
def test_sending_what_failed_does_not_finish_a_run_that_was_broken_off(tmp_path: Path, server: Server):
    root = project_of(tmp_path, {"res.partner": (COLUMNS, people(250, n3=""))})
    server.faults.append(Injected("reset before", method="load", skip=6, times=1000))
    with pytest.raises(Unreachable):
        loaded(root, server, connections=1, batch_size=10)
    server.faults.clear()
    with signed_in(server) as odoo:
        result = run_load.retry(run_of(root), odoo, run_load.Options())
    assert (result.whole, status(run_of(root)).state) == (False, "interrupted")
    assert loaded(root, server).whole
    assert len([row for row in server.store.rows("res.partner") if row["ref"]]) == 249


CIRCLE = {
    "hr.department": (("name", "manager_id/id"), [("migr.d.1", "Sales", "migr.e.1")]),
    "hr.employee": (("name", "department_id/id"), [("migr.e.1", "Ann", "migr.d.1")]),
}


class Refusing(Store):
    """Refuses managers until told otherwise."""

    strict = True

    def change(self, model: Model, record: int, values: Any) -> None:
        if self.strict and model.name in {"hr.department", "hr.employee"} and set(values) & self.closing:
            raise ServerFault("odoo.exceptions.ValidationError", "Not him.")
        super().change(model, record, values)

    closing: frozenset[str] = frozenset()


def test_what_failed_in_the_second_pass_stays_failed_until_that_pass(tmp_path: Path):
    root = project_of(tmp_path, CIRCLE)
    [second] = [step for step in run_of(root).steps if step.second]
    store = Refusing()
    store.closing = frozenset(name.removesuffix("/id") for name in second.fields)
    with serving(store) as server:
        assert counts(loaded(root, server))[f"{second.mapping} again"] == (0, 0, 0, 1)
        assert [row["message"] for row in failures(root, second.mapping)] == ["Not him."]
        server.faults.append(Injected("reset before", method="load", times=1000))
        with signed_in(server) as odoo, pytest.raises(Unreachable):
            run_load.retry(run_of(root), odoo, run_load.Options())
        server.faults.clear()
        assert len(read_history(run_of(root).journal).failed) == 1
        store.strict = False
        with signed_in(server) as odoo:
            assert run_load.retry(run_of(root), odoo, run_load.Options()).failed == 0
        assert loaded(root, server).writes == 0


# --- What the server is spared --------------------------------------------------------------------------------
class Hiding(Store):
    """Holds records that this user may not read."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden: set[int] = set()


def test_a_record_that_may_not_be_read_fails_alone(tmp_path: Path, monkeypatch):
    from tests import odoo_methods

    root = project_of(tmp_path, {"res.partner": (COLUMNS, people(20))})
    store = Hiding()
    answer = odoo_methods.call

    def call(store: Hiding, model: str, method: str, positional: Any, named: Any) -> Any:
        if method == "read" and model == "res.partner" and store.hidden & set(positional[0]):
            raise ServerFault("odoo.exceptions.AccessError", "Not yours.")
        return answer(store, model, method, positional, named)

    with serving(store) as server:
        loaded(root, server)
        store.hidden = {row["id"] for row in store.rows("res.partner") if row["ref"] in {"R4", "R5", "R17"}}
        monkeypatch.setattr(odoo_methods, "call", call)
        assert counts(loaded(root, server, "second")) == {"res.partner": (0, 0, 17, 3)}
        assert {row["ref"] for row in failures(root, "res.partner", "second")} == {"R4", "R5", "R17"}


def test_a_batch_that_is_too_much_for_one_answer_goes_in_parts(tmp_path: Path, server: Server):
    root = project_of(tmp_path, {"res.partner": (COLUMNS, people(120))})
    server.faults.append(Injected("504 after", method="load", times=QUICK.tries))
    assert counts(loaded(root, server, connections=1)) == {"res.partner": (120, 0, 0, 0)}
    sent = [len(call[2][1]) for call in server.store.calls if call[1] == "load"]
    assert sent[0] == 100
    assert sent[QUICK.tries] == 25
    assert len(read_history(run_of(root).journal).created["res.partner"]) == 120


def test_after_a_retry_it_is_told_that_other_data_changed(tmp_path: Path, server: Server):
    root = project_of(tmp_path, {"res.partner": (COLUMNS, people(5, n3=""))})
    loaded(root, server)
    repay(root, {"res.partner": (COLUMNS, people(5, n1="Another"))})
    with signed_in(server) as odoo:
        result = run_load.retry(run_of(root), odoo, run_load.Options())
    assert (result.failed, result.changed) == (0, ["data/payload/res.partner.csv"])

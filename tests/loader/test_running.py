"""Whole runs on the small Odoo: what is sent, what is left alone, what is refused, and what comes of every fault."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from odoo_migrate.loading import run_load, runs
from odoo_migrate.loading.journal import read_history
from odoo_migrate.loading.run_load import Options
from odoo_migrate.loading.runs import RunProblem
from odoo_migrate.odoo.odoo_errors import Unreachable
from tests.loadable_projects import counts, failures, loaded, project_of, repay, run_of, signed_in
from tests.odoo_http import Injected, Server, serving
from tests.odoo_store import Model, Store

COLUMNS = ("name", "ref", "email", "street", "city", "country_id/id")


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(Store()) as running_server:
        yield running_server


def partner(number: int, *cells: str) -> tuple[str, ...]:
    return f"migr.res_partner.{number}", *cells


def contacts(count: int) -> list[tuple[str, ...]]:
    return [
        partner(n, f"Name {n}", f"R{n}", f"n{n}@example.com" if n % 3 else "", f"Street {n}", "Gent", "base.be")
        for n in range(count)
    ]


def people(root: Path, count: int = 250) -> Path:
    return project_of(root, {"res.partner": (COLUMNS, contacts(count))})


def ours(store: Store, model: str = "res.partner") -> dict[str, dict[str, Any]]:
    """Our records by external ID; fails where there are two of one."""
    found = [row for row in store.rows(model) if row["xid"].startswith("migr.")]
    refs = [row["ref"] for row in store.rows(model) if row.get("ref")]
    assert len(refs) == len(set(refs))
    return {row["xid"]: row for row in found}


def assert_stored(store: Store, rows: list[tuple[str, ...]]) -> None:
    found = ours(store)
    assert set(found) == {row[0] for row in rows}
    country = store.named("base.be")
    for external_id, name, ref, email, street, city, _ in rows:
        one = found[external_id]
        assert (one["name"], one["ref"], one["email"] or "") == (name, ref, email)
        assert (one["street"], one["city"], ("res.country", one["country_id"])) == (street, city, country)


# --- Twice is once --------------------------------------------------------------------------------------------
def test_all_is_stored_and_a_second_run_writes_nothing(tmp_path: Path, server: Server):
    root = people(tmp_path)
    first = loaded(root, server)
    assert counts(first) == {"res.partner": (250, 0, 0, 0)}
    assert_stored(server.store, contacts(250))
    writes = server.store.writes
    again, other = loaded(root, server), loaded(root, server, "second")
    assert counts(again) == counts(other) == {"res.partner": (0, 0, 250, 0)}
    assert (again.writes, other.writes, server.store.writes) == (0, 0, writes)


def test_only_what_differs_is_sent(tmp_path: Path, server: Server):
    root = people(tmp_path, 40)
    loaded(root, server)
    changed = contacts(40)
    changed[7] = (*changed[7][:2], "R7", "seven@example.com", *changed[7][4:])
    changed.append(partner(40, "Name 40", "R40", "", "", "", "base.be"))
    repay(root, {"res.partner": (COLUMNS, changed)})
    server.store.calls.clear()
    result = loaded(root, server, "second")
    assert counts(result) == {"res.partner": (1, 1, 39, 0)}
    sent = [call[2][:2] for call in server.store.calls if call[1] == "load"]
    assert [["id", "email"], [["migr.res_partner.7", "seven@example.com"]]] in [list(call) for call in sent]
    assert sum(len(rows) for _, rows in sent) == 2


def test_empty_cells_leave_what_is_stored_unless_they_are_to_clear(tmp_path: Path, server: Server):
    root = project_of(tmp_path, {"res.partner": (("name", "email", "active"), [partner(1, "A", "a@example.com", "")])})
    loaded(root, server)
    assert ours(server.store)["migr.res_partner.1"]["active"] is True
    repay(root, {"res.partner": (("name", "email", "active"), [partner(1, "A", "", "1")])})
    assert loaded(root, server, "left").writes == 0
    assert ours(server.store)["migr.res_partner.1"]["email"] == "a@example.com"
    assert counts(loaded(root, server, "cleared", clear_empty=True)) == {"res.partner": (0, 1, 0, 0)}
    assert ours(server.store)["migr.res_partner.1"]["email"] is False


def test_a_record_deleted_in_odoo_comes_back(tmp_path: Path, server: Server):
    root = people(tmp_path, 3)
    loaded(root, server)
    with signed_in(server) as odoo:
        odoo.call("res.partner", "unlink", [ours(server.store)["migr.res_partner.1"]["id"]])
    assert counts(loaded(root, server)) == {"res.partner": (1, 0, 2, 0)}
    assert_stored(server.store, contacts(3))


# --- Order ----------------------------------------------------------------------------------------------------
def family(count: int) -> list[tuple[str, ...]]:
    """Companies with branches under branches, children first, each with an address of its own."""
    rows = [
        (
            f"migr.res_partner.{n}",
            f"Name {n}",
            f"R{n}",
            f"Street {n}",
            "Gent",
            f"migr.res_partner.{n // 3}" if n else "",
        )
        for n in range(count)
    ]
    return rows[::-1]


FAMILY = ("name", "ref", "street", "city", "parent_id/id")


def test_parents_go_before_children_and_every_address_is_its_own(tmp_path: Path, server: Server):
    root = project_of(tmp_path, {"res.partner": (FAMILY, family(200))})
    result = loaded(root, server, batch_size=10, connections=3)
    assert counts(result) == {"res.partner": (200, 0, 0, 0)}
    found = ours(server.store)
    for external_id, _, _, street, _, parent in family(200):
        assert found[external_id]["street"] == street
        assert found[external_id]["parent_id"] == (found[parent]["id"] if parent else False)
    assert loaded(root, server).writes == 0


def test_a_child_of_a_record_that_failed_is_not_sent(tmp_path: Path, server: Server):
    rows = [
        partner(1, "", "R1", "", "", ""),
        partner(2, "Child", "R2", "", "", "migr.res_partner.1"),
        partner(3, "Grandchild", "R3", "", "", "migr.res_partner.2"),
        partner(4, "Other", "R4", "", "", ""),
    ]
    root = project_of(tmp_path, {"res.partner": (FAMILY, rows)})
    assert counts(loaded(root, server)) == {"res.partner": (1, 0, 0, 3)}
    words = {row["id"][-1]: (row["field"], row["message"]) for row in failures(root, "res.partner")}
    assert words["2"] == (
        "parent_id/id",
        "It refers to 'migr.res_partner.1', which failed itself; mend that record first.",
    )
    assert "'migr.res_partner.2', which failed itself" in words["3"][1]
    sent = [row for call in server.store.calls if call[1] == "load" for row in call[2][1]]
    assert {row[0] for row in sent} == {"migr.res_partner.1", "migr.res_partner.4"}


# --- Bad records ----------------------------------------------------------------------------------------------
BAD = {
    7: partner(7, "", "R7", "", "", "", "base.be"),
    23: partner(23, "Name 23", "R23", "", "", "", "base.zz"),
    60: partner(60, "", "R60", "", "", "", ""),
    61: partner(61, "", "R61", "", "", "", ""),
}


def with_bad() -> list[tuple[str, ...]]:
    rows = contacts(120)
    for place, row in BAD.items():
        rows[place] = row
    return rows


def test_good_records_always_go_in_and_bad_ones_say_why(tmp_path: Path, server: Server):
    root = project_of(tmp_path, {"res.partner": (COLUMNS, with_bad())})
    result = loaded(root, server)
    assert counts(result) == {"res.partner": (116, 0, 0, 4)}
    assert (result.failed, result.stopped) == (4, False)
    assert_stored(server.store, [row for place, row in enumerate(with_bad()) if place not in BAD])
    report = failures(root, "res.partner")
    assert [row["source_row"] for row in report] == ["9", "25", "62", "63"]
    assert {row["source_file"] for row in report} == {"data/raw/res_partner.csv"}
    assert report[1]["field"] == "country_id/id"
    assert "base.zz" in report[1]["message"]
    assert "name" in report[0]["message"]


def test_more_bad_records_than_odoo_counts(tmp_path: Path, server: Server):
    rows = [partner(n, "" if n % 2 else f"Name {n}", f"R{n}", "", "", "", "") for n in range(100)]
    root = project_of(tmp_path, {"res.partner": (COLUMNS, rows)})
    assert counts(loaded(root, server)) == {"res.partner": (50, 0, 0, 50)}
    assert len(ours(server.store)) == 50


def test_retry_sends_only_what_failed_as_it_is_now(tmp_path: Path, server: Server):
    root = project_of(tmp_path, {"res.partner": (COLUMNS, with_bad())})
    loaded(root, server)
    mended = with_bad()
    mended[7], mended[23] = contacts(120)[7], contacts(120)[23]
    repay(root, {"res.partner": (COLUMNS, [row for row in mended if row[0] != BAD[61][0]])})
    server.store.calls.clear()
    with signed_in(server) as odoo:
        result = run_load.retry(run_of(root), odoo, Options())
    assert counts(result) == {"res.partner": (2, 0, 0, 1)}
    sent = {row[0] for call in server.store.calls if call[1] == "load" for row in call[2][1]}
    assert sent == {BAD[7][0], BAD[23][0], BAD[60][0]}
    assert [row["id"] for row in failures(root, "res.partner")] == [BAD[60][0]]


def test_nothing_to_retry_is_said(tmp_path: Path, server: Server):
    root = people(tmp_path, 3)
    loaded(root, server)
    with signed_in(server) as odoo, pytest.raises(RunProblem, match="Nothing of the run 'first' failed"):
        run_load.retry(run_of(root), odoo, Options())


def test_an_id_of_another_model_is_refused(tmp_path: Path, server: Server):
    root = people(tmp_path, 3)
    server.store.put("res.country", "migr.res_partner.1", {"name": "Nowhere"})
    assert counts(loaded(root, server)) == {"res.partner": (2, 0, 0, 1)}
    assert "names a record of another model (res.country)" in failures(root, "res.partner")[0]["message"]


# --- What Odoo changes ----------------------------------------------------------------------------------------
class Rounding(Store):
    """Rounds a price to cents whenever it is stored, as Odoo does."""

    def insert(self, model: Model, values: dict[str, Any]) -> int:
        return super().insert(model, rounded(values))

    def change(self, model: Model, record: int, values: Mapping[str, Any]) -> None:
        super().change(model, record, rounded(values))


def rounded(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: round(value, 2) if name == "partner_latitude" and value else value for name, value in values.items()}


def test_what_odoo_keeps_differently_is_reported_and_not_sent_for_ever(tmp_path: Path):
    rows = [partner(1, "A", "16.219"), partner(2, "B", "16.22")]
    root = project_of(tmp_path, {"res.partner": (("name", "partner_latitude"), rows)})
    with serving(Rounding()) as server:
        first = loaded(root, server)
        assert (counts(first)["res.partner"], first.steps[0].count.kept) == ((2, 0, 0, 0), 1)
        report = list(csv.DictReader((root / "runs/first/differences/res.partner.csv").open()))
        assert [(row["id"], row["field"], row["sent"], row["stored"]) for row in report] == [
            ("migr.res_partner.1", "partner_latitude", "16.219", "16.22")
        ]
        again = loaded(root, server, "second")
        assert (again.writes, again.steps[0].count.kept) == (0, 1)
        assert (root / "runs/second/differences/res.partner.csv").exists()
        repay(root, {"res.partner": (("name", "partner_latitude"), [partner(1, "A", "16.23"), rows[1]])})
        assert counts(loaded(root, server, "third"))["res.partner"] == (0, 1, 1, 0)
        assert not (root / "runs/third/differences/res.partner.csv").exists()


# --- Faults ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "kind", ["reset before", "reset after", "half", "502", "503", "504 after", "clash", "nonsense"]
)
def test_a_fault_on_the_way_loses_nothing_and_doubles_nothing(tmp_path: Path, server: Server, kind):
    root = people(tmp_path)
    server.faults += [Injected(kind, method="load", skip=1, times=2), Injected(kind, method="read")]
    assert counts(loaded(root, server)) == {"res.partner": (250, 0, 0, 0)}
    assert_stored(server.store, contacts(250))
    assert len(read_history(run_of(root).journal).created["res.partner"]) == 250
    assert loaded(root, server).writes == 0


@pytest.mark.parametrize("kind", ["reset before", "reset after"])
@pytest.mark.parametrize("calls", [0, 1, 2])
def test_a_server_that_stays_away_ends_the_run_which_can_be_gone_on_with(tmp_path: Path, server: Server, kind, calls):
    root = people(tmp_path)
    server.faults.append(Injected(kind, method="load", skip=calls, times=1000))
    with pytest.raises(Unreachable):
        loaded(root, server)
    server.faults.clear()
    result = loaded(root, server)
    assert counts(result) == {"res.partner": (250, 0, 0, 0)}
    assert_stored(server.store, contacts(250))
    assert len(read_history(run_of(root).journal).created["res.partner"]) == 250


# --- What a run belongs to ------------------------------------------------------------------------------------
def test_a_run_stays_with_its_database(tmp_path: Path, server: Server):
    root = people(tmp_path, 3)
    loaded(root, server)
    with serving(Store()) as other:
        settings = other.store.model("ir.config_parameter").records
        next(iter(settings.values()))["value"] = "another"
        with pytest.raises(RunProblem, match="begun against the database 'test'"):
            loaded(root, other)


def test_a_run_sends_what_it_was_made_of(tmp_path: Path, server: Server):
    root = people(tmp_path, 3)
    run_of(root)
    repay(root, {"res.partner": (COLUMNS, contacts(4))})
    with pytest.raises(RunProblem, match=r"data/payload/res\.partner\.csv changed since this run was made"):
        loaded(root, server)
    assert server.store.writes == 0


def test_one_process_at_a_time(tmp_path: Path, server: Server):
    root = people(tmp_path, 3)
    with runs.locked(run_of(root)), pytest.raises(RunProblem, match="Another process is working on the run 'first'"):
        loaded(root, server)


def test_the_company_of_the_project_must_be_there(tmp_path: Path, server: Server):
    root = project_of(tmp_path, {"res.partner": (("name",), [partner(1, "A")])}, company="base.nowhere")
    with pytest.raises(RunProblem, match=r"company 'base.nowhere' is no company"):
        loaded(root, server)


def test_a_watcher_sees_every_record_once(tmp_path: Path, server: Server):
    class Watching(run_load.Watcher):
        begun, seen = 0, 0

        def begins(self, step: object, records: int) -> None:
            self.begun += records

        def advances(self, step: object, records: int, count: run_load.Count) -> None:
            self.seen += records

    watching = Watching()
    with signed_in(server) as odoo:
        run_load.load(run_of(people(tmp_path)), odoo, Options(batch_size=20), watching)
    assert (watching.begun, watching.seen) == (250, 250)


# --- Runs -----------------------------------------------------------------------------------------------------
def test_a_run_is_read_back_as_it_was_made(tmp_path: Path):
    root = people(tmp_path, 3)
    made = runs.init(root, run_id="a-1")
    assert runs.read(root, "a-1") == made
    assert (root / "runs/a-1/order.txt").read_text() == "res.partner\n"
    assert runs.names(root) == ["a-1"]
    assert made.changed() == []


@pytest.mark.parametrize("name", ["../x", "a b", ".", "", "x" * 65, "é"])
def test_names_that_no_run_can_have(tmp_path: Path, name):
    root = people(tmp_path, 1)
    if name:
        with pytest.raises(RunProblem, match="cannot name a run"):
            runs.init(root, run_id=name)
    with pytest.raises(RunProblem, match="There is no run"):
        runs.read(root, name)


def test_a_name_is_given_once(tmp_path: Path):
    root = people(tmp_path, 1)
    runs.init(root, run_id="a")
    with pytest.raises(RunProblem, match="There is a run 'a' already"):
        runs.init(root, run_id="a")


def test_a_run_without_payload_is_no_run(tmp_path: Path):
    root = people(tmp_path, 1)
    (root / "data/payload/res.partner.csv").unlink()
    with pytest.raises(RunProblem, match=r"There is no payload of res\.partner"):
        runs.init(root)


TAGGED = {
    "res.partner.category": (("name",), [("migr.tag.VIP", "VIP")]),
    "res.partner": (("name", "category_id/id"), [("migr.p.1", "A", "migr.tag.VIP")]),
}


def test_the_order_is_the_users_as_long_as_parents_come_first(tmp_path: Path):
    root = project_of(tmp_path, TAGGED)
    runs.init(root, order=["res.partner.category", "res.partner"], run_id="good")
    for order, words in [
        (["res.partner", "res.partner.category"], "puts res.partner before res.partner.category"),
        (["res.partner"], "leaves out res.partner.category"),
        (["res.partner", "res.partner.category", "x"], "names x, which this project does not have"),
    ]:
        with pytest.raises(RunProblem, match=words):
            runs.init(root, order=order, run_id="bad")
    assert runs.names(root) == ["good"]


def test_tags_are_there_before_what_bears_them(tmp_path: Path, server: Server):
    root = project_of(tmp_path, dict(itertools.islice(reversed(TAGGED.items()), 2)))
    assert counts(loaded(root, server)) == {"res.partner.category": (1, 0, 0, 0), "res.partner": (1, 0, 0, 0)}
    tag = server.store.named("migr.tag.VIP")
    assert tag is not None
    assert ours(server.store)["migr.p.1"]["category_id"] == [tag[1]]


# --- Circles --------------------------------------------------------------------------------------------------
DEPARTMENTS = [("migr.d.1", "Sales", "migr.e.1", ""), ("migr.d.2", "Export", "migr.e.2", "migr.d.1")]
EMPLOYEES = [("migr.e.1", "Ann", "migr.d.1", "migr.e.2"), ("migr.e.2", "Ben", "migr.d.2", "")]
CIRCLE = {
    "hr.department": (("name", "manager_id/id", "parent_id/id"), DEPARTMENTS),
    "hr.employee": (("name", "department_id/id", "parent_id/id"), EMPLOYEES),
}


def test_a_circle_through_a_field_that_can_wait_is_loaded_in_two_passes(tmp_path: Path, server: Server):
    root = project_of(tmp_path, CIRCLE)
    run = run_of(root)
    assert [(step.mapping, step.second) for step in run.steps if step.second] != []
    assert any("two passes" in note for note in run.notes)
    result = loaded(root, server)
    assert result.failed == 0
    departments, employees = ours(server.store, "hr.department"), ours(server.store, "hr.employee")
    for external_id, name, manager, parent in DEPARTMENTS:
        one = departments[external_id]
        assert (one["name"], one["manager_id"]) == (name, employees[manager]["id"])
        assert one["parent_id"] == (departments[parent]["id"] if parent else False)
    for external_id, _, department, _ in EMPLOYEES:
        assert employees[external_id]["department_id"] == departments[department]["id"]
    assert loaded(root, server).writes == 0


# --- Odoo 19 --------------------------------------------------------------------------------------------------
def test_from_odoo_19_on_a_contact_never_overwrites_its_companys_address(tmp_path: Path):
    rows = [
        partner(1, "Company", "R1", "Main Street 1", "Berlin", ""),
        partner(2, "First", "R2", "Rue 2", "Paris", "migr.res_partner.1"),
        partner(3, "Second", "R3", "Via 3", "Rome", "migr.res_partner.1"),
    ]
    root = project_of(tmp_path, {"res.partner": (FAMILY, rows)}, version="19.0")
    with serving(Store("19.0")) as server:
        result = loaded(root, server)
        assert {one["city"] for one in ours(server.store).values()} == {"Berlin"}
        assert (result.failed, result.steps[0].count.kept) == (0, 2)
        report = list(csv.DictReader((root / "runs/first/differences/res.partner.csv").open()))
        assert [(row["id"][-1], row["field"], row["sent"], row["stored"]) for row in report] == [
            ("2", "city", "Paris", "Berlin"),
            ("2", "street", "Rue 2", "Main Street 1"),
            ("3", "city", "Rome", "Berlin"),
            ("3", "street", "Via 3", "Main Street 1"),
        ]
        assert loaded(root, server, "second").writes == 0
        assert (root / "runs/second/differences/res.partner.csv").exists()

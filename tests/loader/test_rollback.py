"""load rollback: what a run created goes, children first; all else stays, and what stays of the run is told."""

from __future__ import annotations

import csv
import time
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from odoo_migrate.loading import adoption, rollback
from odoo_migrate.loading import run_load as running
from odoo_migrate.loading.journal import read_history
from odoo_migrate.loading.rollback import RollbackResult
from odoo_migrate.loading.run_load import Options
from odoo_migrate.loading.runs import RunProblem, locked
from odoo_migrate.odoo import server_records as odoo_records
from odoo_migrate.odoo.client import Odoo
from odoo_migrate.odoo.odoo_errors import Rejected, Unreachable
from tests import real_odoo
from tests.loadable_projects import Table, counts, loaded, project_of, repay, run_of, signed_in
from tests.odoo_http import Injected, Server, serving
from tests.odoo_store import Store

CASCADE = {"ttype": "many2one", "on_delete": "cascade", "store": True}
FAMILY: Mapping[str, Table] = {
    "res.partner.category": (("name",), [("migr.c.1", "Customers")]),
    "res.partner": (
        ("name", "parent_id/id", "category_id/id"),
        [("migr.1", "Head", "", "migr.c.1"), ("migr.2", "Branch", "migr.1", ""), ("migr.3", "Person", "migr.2", "")],
    ),
}


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(Store()) as running:
        yield running


def tree(server: Server) -> None:
    """Odoo removes the tags below a tag with it."""
    field = {"model": "res.partner.category", "name": "parent_id", "relation": "res.partner.category"}
    server.store.put("ir.model.fields", "", field | CASCADE)


def tags(root: Path, *rows: tuple[str, str, str]) -> Path:
    return project_of(root, {"res.partner.category": (("name", "parent_id/id"), rows)})


def people(root: Path, count: int) -> Path:
    return project_of(root, {"res.partner": (("name",), [(f"migr.{n}", f"Name {n}") for n in range(count)])})


def back(root: Path, server: Server, run: str = "first") -> RollbackResult:
    with signed_in(server) as odoo:
        return rollback.rollback(run_of(root, run), odoo)


def planned(root: Path, server: Server, run: str = "first") -> dict[str, int]:
    with signed_in(server) as odoo:
        return rollback.planned(run_of(root, run), odoo)


def outcome(result: RollbackResult) -> dict[str, tuple[int, int, list[tuple[str, str]]]]:
    """Removed, gone before, and what stays with the reason; by mapping."""
    return {
        one.mapping: (one.removed, one.gone, [(kept.id, kept.message) for kept in one.kept]) for one in result.mappings
    }


def ours(server: Server, model: str = "res.partner") -> set[str]:
    return {row["xid"] for row in server.store.rows(model) if row["xid"].startswith("migr.")}


def removed_calls(server: Server) -> list[tuple[str, list[int]]]:
    return [(model, list(given[0])) for model, method, given, _ in server.store.calls if method == "unlink"]


def report(root: Path, mapping: str = "res.partner") -> list[dict[str, str]]:
    with (root / f"runs/first/rollback/{mapping}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


# --- What goes ------------------------------------------------------------------------------------------------
def test_all_that_was_created_goes_children_first(tmp_path: Path, server: Server):
    root = project_of(tmp_path, FAMILY)
    before = server.store.rows("res.partner")
    loaded(root, server)
    ids = {row["xid"]: row["id"] for row in server.store.rows("res.partner")}
    assert planned(root, server) == {"res.partner": 3, "res.partner.category": 1}
    assert outcome(back(root, server)) == {"res.partner": (3, 0, []), "res.partner.category": (1, 0, [])}
    assert server.store.rows("res.partner") == before
    assert removed_calls(server)[0] == ("res.partner", [ids["migr.3"], ids["migr.2"], ids["migr.1"]])
    assert not [row for row in server.store.rows("ir.model.data") if row["module"] == "migr"]
    assert read_history(run_of(root).journal).created == {"res.partner": {}, "res.partner.category": {}}


def test_the_run_may_be_loaded_again(tmp_path: Path, server: Server):
    root = project_of(tmp_path, FAMILY)
    loaded(root, server)
    back(root, server)
    assert counts(loaded(root, server)) == {"res.partner.category": (1, 0, 0, 0), "res.partner": (3, 0, 0, 0)}
    assert back(root, server).removed == 4


def test_what_was_only_updated_or_adopted_stays(tmp_path: Path, server: Server):
    root = people(tmp_path, 4)
    server.store.name("migr.1", "res.partner", server.store.create("res.partner", {"name": "Old 1"}))
    server.store.create("res.partner", {"name": "Name 2"})
    with signed_in(server) as odoo:
        assert adoption.adopt(run_of(root), odoo, ["res.partner=name"]).mappings[0].adopted == 1
    assert counts(loaded(root, server)) == {"res.partner": (2, 1, 1, 0)}
    assert outcome(back(root, server)) == {"res.partner": (2, 0, [])}
    assert ours(server) == {"migr.1", "migr.2"}


def test_what_another_run_created_stays(tmp_path: Path, server: Server):
    root = people(tmp_path, 3)
    loaded(root, server)
    repay(root, {"res.partner": (("name",), [(f"migr.{n}", f"New {n}") for n in range(5)])})
    loaded(root, server, "second")
    assert outcome(back(root, server, "second")) == {"res.partner": (2, 0, [])}
    assert ours(server) == {"migr.0", "migr.1", "migr.2"}


def test_archived_records_go_and_those_that_are_gone_count(tmp_path: Path, server: Server):
    root = people(tmp_path, 3)
    loaded(root, server)
    ids = {row["xid"]: row["id"] for row in server.store.rows("res.partner")}
    server.store.write("res.partner", ids["migr.0"], {"active": False})
    with signed_in(server) as odoo:
        odoo.call("res.partner", "unlink", [ids["migr.1"]])
    assert planned(root, server) == {"res.partner": 2}
    assert outcome(back(root, server)) == {"res.partner": (2, 1, [])}
    assert outcome(back(root, server)) == {"res.partner": (0, 0, [])}


# --- What stays -----------------------------------------------------------------------------------------------
def test_what_odoo_refuses_stays_with_its_words(tmp_path: Path, server: Server):
    root = people(tmp_path, 40)
    loaded(root, server)
    ids = {row["xid"]: row["id"] for row in server.store.rows("res.partner")}
    for number in (7, 23):
        server.store.create("res.users", {"name": "U", "login": f"u{number}", "partner_id": ids[f"migr.{number}"]})
    words = (
        "The operation cannot be completed: another model requires the record being deleted. If possible, archive it "
        "instead."
    )
    assert outcome(back(root, server)) == {"res.partner": (38, 0, [("migr.7", words), ("migr.23", words)])}
    assert report(root) == [
        {"id": f"migr.{number}", "database_id": str(ids[f"migr.{number}"]), "message": words} for number in (7, 23)
    ]
    assert ours(server) == {"migr.7", "migr.23"}
    for row in server.store.rows("res.users"):
        if row["login"].startswith("u"):
            server.store.model("res.users").records.pop(row["id"])
    assert outcome(back(root, server)) == {"res.partner": (2, 0, [])}
    assert not (root / "runs/first/rollback/res.partner.csv").exists()


def test_an_id_that_names_another_record_now(tmp_path: Path, server: Server):
    root = people(tmp_path, 3)
    loaded(root, server)
    ids = {row["xid"]: row["id"] for row in server.store.rows("res.partner")}
    names = server.store.model("ir.model.data").records
    other = server.store.create("res.partner", {"name": "Other"})
    names[server.store.xids["migr.0"]]["res_id"] = other
    names.pop(server.store.xids.pop("migr.1"))
    assert outcome(back(root, server))["res.partner"] == (
        1,
        0,
        [
            ("migr.0", f"In Odoo, 'migr.0' names another record now (res.partner {other}); neither was touched."),
            ("migr.1", "Somebody took its external ID away in Odoo, so it may serve another purpose now."),
        ],
    )
    assert {other, ids["migr.0"], ids["migr.1"]} <= {row["id"] for row in server.store.rows("res.partner")}


def test_what_is_to_stay_keeps_all_above_it(tmp_path: Path, server: Server):
    """Odoo removes a tree with its root, also the part that was there before."""
    tree(server)
    server.store.name("migr.3", "res.partner.category", server.store.create("res.partner.category", {"name": "3"}))
    rows = [("migr.1", "1", ""), ("migr.2", "2", "migr.1"), ("migr.3", "3", "migr.2"), ("migr.4", "4", "migr.1")]
    root = tags(tmp_path, *rows)
    loaded(root, server)
    words = "Odoo would remove 'migr.3' with it, which is to stay."
    assert outcome(back(root, server)) == {"res.partner.category": (1, 0, [("migr.2", words), ("migr.1", words)])}
    assert ours(server, "res.partner.category") == {"migr.1", "migr.2", "migr.3"}


def test_what_somebody_put_below_by_hand_stays(tmp_path: Path, server: Server):
    tree(server)
    root = tags(tmp_path, ("migr.1", "1", ""), ("migr.2", "2", ""))
    loaded(root, server)
    above = server.store.named("migr.1")
    assert above
    hand = server.store.create("res.partner.category", {"name": "By hand", "parent_id": above[1]})
    words = f"Odoo would remove res.partner.category {hand} with it, which is to stay."
    assert outcome(back(root, server)) == {"res.partner.category": (1, 0, [("migr.1", words)])}


def test_a_company_whose_contacts_are_of_another_run_stays_with_them(tmp_path: Path, server: Server):
    """Odoo would remove the company and leave its contacts without one."""
    field = {"model": "res.partner", "name": "parent_id", "relation": "res.partner"}
    server.store.put("ir.model.fields", "", field | CASCADE | {"on_delete": "set null"})
    columns, head, alone = ("name", "parent_id/id"), ("migr.1", "Head", ""), ("migr.2", "Alone", "")
    root = project_of(tmp_path, {"res.partner": (columns, [head, alone])})
    loaded(root, server)
    repay(root, {"res.partner": (columns, [head, alone, ("migr.3", "Contact", "migr.1")])})
    loaded(root, server, "second")
    words = "'migr.3' refers to this record, is to stay, and would lose what it belongs to."
    assert outcome(back(root, server)) == {"res.partner": (1, 0, [("migr.1", words)])}
    assert outcome(back(root, server, "second")) == {"res.partner": (1, 0, [])}
    assert outcome(back(root, server)) == {"res.partner": (1, 0, [])}


def banks(server: Server) -> None:
    """Odoo removes the bank accounts of a contact with it; who made them, and when, is known."""
    field = {"model": "res.partner.bank", "name": "partner_id", "relation": "res.partner"}
    server.store.put("ir.model.fields", "", field | CASCADE)
    for name in ("create_date", "create_uid", "active"):
        server.store.put("ir.model.fields", "", {"model": "res.partner.bank", "name": name})


@pytest.mark.parametrize(
    ("user", "now", "active", "stays"),
    [
        (2, "2024-01-01 00:00:00", True, False),  # Odoo made it with the contact
        (2, "2024-01-02 00:00:00", True, True),
        (2, "2024-01-02 00:00:00", False, False),
        (7, "2024-01-01 00:00:00", True, True),  # nobody else could know the contact before it was loaded
        (1, "2024-01-02 00:00:00", True, False),  # a job of Odoo
    ],
)
def test_what_somebody_added_after_the_load_stays(
    tmp_path: Path, server: Server, user: int, now: str, active: bool, stays: bool
):
    banks(server)
    root = people(tmp_path, 3)
    loaded(root, server)
    contact = server.store.named("migr.1")
    assert contact
    server.store.user, server.store.now = user, now
    account = {"acc_number": "BE71 0961 2345 6769", "partner_id": contact[1], "active": active}
    bank = server.store.create("res.partner.bank", account)
    words = f"Odoo would remove res.partner.bank {bank} with it, which somebody added after the load."
    assert outcome(back(root, server))["res.partner"] == ((2, 0, [("migr.1", words)]) if stays else (3, 0, []))
    assert [row["id"] for row in server.store.rows("res.partner.bank")] == [bank] * stays
    assert ours(server) == ({"migr.1"} if stays else set())


def test_what_goes_with_others_is_removed(tmp_path: Path, server: Server):
    """A tree whose references this project does not load: Odoo knows them, and removes the children with the root."""
    tree(server)
    root = project_of(tmp_path, {"res.partner.category": (("name",), [("migr.1", "1"), ("migr.2", "2")])})
    loaded(root, server)
    ids = {row["xid"]: row["id"] for row in server.store.rows("res.partner.category")}
    server.store.write("res.partner.category", ids["migr.2"], {"parent_id": ids["migr.1"]})
    assert outcome(back(root, server)) == {"res.partner.category": (2, 0, [])}


# --- What goes wrong ------------------------------------------------------------------------------------------
def test_answers_that_get_lost(tmp_path: Path, server: Server):
    root = people(tmp_path, 30)
    loaded(root, server)
    server.faults += [Injected("reset after", method="unlink"), Injected("504", model="ir.model.data")]
    assert outcome(back(root, server)) == {"res.partner": (30, 0, [])}


@pytest.mark.parametrize("kind", ["504", "504 after"])
def test_a_server_that_is_lost_leaves_what_can_be_gone_on_with(tmp_path: Path, server: Server, kind: str):
    root = people(tmp_path, 350)
    loaded(root, server)
    server.faults.append(Injected(kind, method="unlink", skip=1, times=99))
    with pytest.raises(Unreachable):
        back(root, server)
    server.faults.clear()
    assert 0 < len(ours(server)) < 350
    result = back(root, server)
    assert result.removed + result.mappings[0].gone < 350
    assert (ours(server), result.kept) == (set(), [])


def test_what_a_killed_run_created_without_hearing_of_it(tmp_path: Path, server: Server):
    root = people(tmp_path, 30)
    server.faults += [Injected("reset after", method="load"), Injected("502", method="load", skip=0, times=99)]
    with pytest.raises(Unreachable):
        loaded(root, server)
    server.faults.clear()
    assert len(ours(server)) == 30
    assert planned(root, server) == {"res.partner": 30}
    assert outcome(back(root, server)) == {"res.partner": (30, 0, [])}


def test_two_runs_that_both_say_they_created_a_record(tmp_path: Path, server: Server):
    """The first was killed before its call arrived, the second created the records: they are not the first's."""
    root = people(tmp_path, 3)
    server.faults.append(Injected("502", method="load", times=99))
    with pytest.raises(Unreachable):
        loaded(root, server)
    server.faults.clear()
    loaded(root, server, "second")
    words = "The run 'second' created this record, says its journal."
    assert outcome(back(root, server))["res.partner"] == (0, 0, [(f"migr.{n}", words) for n in range(3)])
    assert len(ours(server)) == 3


def test_it_needs_the_right_the_lock_and_the_same_database(tmp_path: Path, server: Server):
    root = people(tmp_path, 3)
    loaded(root, server)
    with locked(run_of(root)), pytest.raises(RunProblem, match="Another process is working on the run 'first'"):
        back(root, server)
    server.store.denied.add(("res.partner", "unlink"))
    for method in (planned, back):
        with pytest.raises(Rejected, match=r'The user "admin" has no right to remove res\.partner'):
            method(root, server)
    server.store.denied.clear()
    [uuid] = [row for row in server.store.rows("ir.config_parameter") if row["key"] == "database.uuid"]
    server.store.write("ir.config_parameter", uuid["id"], {"value": "another"})
    for method in (planned, back):
        with pytest.raises(RunProblem, match="is not the one that this run was begun against"):
            method(root, server)
    assert len(ours(server)) == 3


def test_a_model_that_is_gone_is_one_sentence(tmp_path: Path, server: Server):
    root = people(tmp_path, 3)
    loaded(root, server)
    server.store.uninstalled.add("res.partner")
    for method in (planned, back):
        with pytest.raises(Rejected, match=r'^The database "test" has no res\.partner'):
            method(root, server)


def test_somebody_who_interrupts_it_can_go_on(tmp_path: Path, server: Server):
    root = people(tmp_path, 350)
    loaded(root, server)

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    with signed_in(server) as odoo:
        result = rollback.rollback(run_of(root), odoo, interrupt)
    assert (result.stopped, result.removed) == (True, 100)
    assert back(root, server).removed == 250


def test_a_run_that_sent_nothing(tmp_path: Path, server: Server):
    root = people(tmp_path, 3)
    assert planned(root, server) == {}
    assert back(root, server).removed == 0


# --- Real ones ------------------------------------------------------------------------------------------------
@pytest.fixture
def odoo() -> Iterator[Odoo]:
    real = real_odoo.given()
    assert real
    with real.connect() as connected:
        yield connected


def ids_of(tables: Mapping[str, Table]) -> list[str]:
    return [row[0] for _, rows in tables.values() for row in rows]


@pytest.mark.odoo
def test_a_real_odoo_takes_back_what_it_lets_go(tmp_path: Path, odoo: Odoo):
    a = f"migr.{uuid.uuid4().hex[:8]}"
    tables: Mapping[str, Table] = {
        "res.partner": (
            ("name", "parent_id/id"),
            [(f"{a}_1", "Ordering", ""), (f"{a}_2", "Head", ""), (f"{a}_3", "Branch", f"{a}_2")],
        ),
        "product.product": (("name",), [(f"{a}_p", "Thing")]),
        "sale.order": (("partner_id/id",), [(f"{a}_so1", f"{a}_1"), (f"{a}_so2", f"{a}_2")]),
        "sale.order.line": (
            ("order_id/id", "product_id/id", "product_uom_qty"),
            [(f"{a}_l1", f"{a}_so1", f"{a}_p", "2"), (f"{a}_l2", f"{a}_so2", f"{a}_p", "3")],
        ),
    }
    root = project_of(tmp_path, tables, version=odoo.version)
    result = running.load(run_of(root), odoo, Options())
    assert (result.failed, len(odoo_records.find(odoo, ids_of(tables)))) == (0, 8)
    order = odoo_records.find(odoo, [f"{a}_so1"])[f"{a}_so1"][1]
    odoo.call("sale.order", "action_confirm", ids=[order])
    kept = {one.id: one.message for one in rollback.rollback(run_of(root), odoo).kept}
    assert set(kept) == {f"{a}_l1", f"{a}_so1", f"{a}_1", f"{a}_p"} == set(odoo_records.find(odoo, ids_of(tables)))
    assert "cancel it" in kept[f"{a}_so1"]
    odoo.call("sale.order", "action_cancel", ids=[order], context={"disable_cancel_warning": True})
    left = rollback.rollback(run_of(root), odoo)
    assert {one.id for one in left.kept} <= {f"{a}_p"}  # its stock move was cancelled and is still there
    assert left.removed >= 3


@pytest.mark.odoo
def test_a_real_odoo_keeps_the_tree_above_what_is_to_stay(tmp_path: Path, odoo: Odoo):
    a = f"migr.{uuid.uuid4().hex[:8]}"
    before = odoo.call("res.partner.category", "create", [{"name": a}])[0]
    rows = [
        (f"{a}_1", "Top", ""),
        (f"{a}_2", "Middle", f"{a}_1"),
        (f"{a}_3", a, f"{a}_2"),
        (f"{a}_4", "Other", f"{a}_1"),
    ]
    root = project_of(tmp_path, {"res.partner.category": (("name", "parent_id/id"), rows)}, version=odoo.version)
    assert adoption.adopt(run_of(root), odoo, ["res.partner.category=name"]).mappings[0].adopted >= 1
    assert odoo_records.find(odoo, [f"{a}_3"]) == {f"{a}_3": ("res.partner.category", before)}
    running.load(run_of(root), odoo, Options())
    rollback.rollback(run_of(root), odoo)
    assert set(odoo_records.find(odoo, [row[0] for row in rows])) == {f"{a}_1", f"{a}_2", f"{a}_3"}


@pytest.mark.odoo
def test_a_real_odoo_says_what_is_gone(tmp_path: Path, odoo: Odoo):
    a = f"migr.{uuid.uuid4().hex[:8]}"
    rows = [(f"{a}_{n}", f"Name {n}") for n in range(120)]
    root = project_of(tmp_path, {"res.partner": (("name",), rows)}, version=odoo.version)
    running.load(run_of(root), odoo, Options())
    found = odoo_records.find(odoo, [row[0] for row in rows])
    odoo.call("res.partner", "unlink", [found[f"{a}_5"][1], found[f"{a}_6"][1]])
    odoo.call("res.partner", "write", [found[f"{a}_7"][1]], {"active": False})
    assert outcome(rollback.rollback(run_of(root), odoo)) == {"res.partner": (118, 2, [])}
    assert odoo_records.find(odoo, [row[0] for row in rows]) == {}


@pytest.mark.odoo
def test_a_real_odoo_keeps_what_somebody_added(tmp_path: Path, odoo: Odoo):
    """A product's variants come with it, and a bank account by hand comes later."""
    a = f"migr.{uuid.uuid4().hex[:8]}"
    tables: Mapping[str, Table] = {
        "res.partner": (("name",), [(f"{a}_1", "One"), (f"{a}_2", "Two")]),
        "product.template": (("name",), [(f"{a}_p", "Thing"), (f"{a}_q", "Other")]),
    }
    root = project_of(tmp_path, tables, version=odoo.version)
    running.load(run_of(root), odoo, Options())
    found = odoo_records.find(odoo, ids_of(tables))
    time.sleep(1.1)  # Odoo's times are in seconds
    partner, product = found[f"{a}_1"][1], found[f"{a}_p"][1]
    bank = odoo.call("res.partner.bank", "create", [{"acc_number": f"{a}", "partner_id": partner}])[0]
    price = odoo.call(
        "product.supplierinfo", "create", [{"partner_id": found[f"{a}_2"][1], "product_tmpl_id": product}]
    )
    kept = {one.id: one.message for one in rollback.rollback(run_of(root), odoo).kept}
    words = "Odoo would remove {} {} with it, which somebody added after the load."
    assert kept == {
        f"{a}_1": words.format("res.partner.bank", bank),
        f"{a}_2": words.format("product.supplierinfo", price[0]),
        f"{a}_p": words.format("product.supplierinfo", price[0]),
    }
    assert set(odoo_records.find(odoo, ids_of(tables))) == set(kept)
    odoo.call("res.partner.bank", "unlink", [bank])
    odoo.call("product.supplierinfo", "unlink", price)
    left = rollback.rollback(run_of(root), odoo)
    assert (left.removed, left.kept) == (3, [])

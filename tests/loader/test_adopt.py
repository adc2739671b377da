"""load adopt: what Odoo has already is recognized where that is sure, and told with both sides where it is not."""

from __future__ import annotations

import csv
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo_migrate.loading import adoption, record_matching
from odoo_migrate.loading import run_load as running
from odoo_migrate.loading.adoption import AdoptResult
from odoo_migrate.loading.journal import read_history
from odoo_migrate.loading.run_load import Options
from odoo_migrate.loading.runs import RunProblem, locked
from odoo_migrate.odoo import server_records as odoo_records
from odoo_migrate.odoo.odoo_errors import Rejected, Unreachable
from tests import real_odoo
from tests.loadable_projects import counts, loaded, project_of, repay, run_of, signed_in
from tests.odoo_http import Injected, Server, serving
from tests.odoo_store import Store

COLUMNS = ("name", "ref", "vat", "email")
MATCH = ("res.partner=ref,vat,email",)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(Store()) as running:
        yield running


def has(server: Server, external_id: str = "", **values: Any) -> int:
    """A contact that Odoo had before."""
    made = server.store.create("res.partner", {"name": "Somebody", **values})
    if external_id:
        server.store.name(external_id, "res.partner", made)
    return made


def project(root: Path, *rows: tuple[str, ...], columns: Sequence[str] = COLUMNS) -> Path:
    numbered = [(f"migr.res_partner.{place}", *row) for place, row in enumerate(rows, 2)]
    return project_of(root, {"res.partner": (columns, numbered)})


def adopted(
    root: Path, server: Server, match: Sequence[str] = MATCH, *, dry_run: bool = False, run: str = "first"
) -> AdoptResult:
    with signed_in(server) as odoo:
        return adoption.adopt(run_of(root, run), odoo, match, dry_run=dry_run)


def report(root: Path, mapping: str = "res.partner") -> dict[str, dict[str, str]]:
    """The rows of a report by source row."""
    with (root / f"runs/first/adopted/{mapping}.csv").open(encoding="utf-8", newline="") as stream:
        return {row["source_row"]: row for row in csv.DictReader(stream)}


def named(server: Server, row: int) -> tuple[str, int] | None:
    return server.store.named(f"migr.res_partner.{row}")


def matched(root: Path) -> dict[str, tuple[str, str]]:
    return {row: (one["verdict"], one["reason"]) for row, one in report(root).items()}


# --- What is sure ---------------------------------------------------------------------------------------------
def test_what_matches_without_doubt_gets_its_id_and_nothing_else_changes(tmp_path: Path, server: Server):
    alpha, beta = has(server, ref="A1"), has(server, email="Beta@Example.com ", active=False)
    before = server.store.rows("res.partner")
    root = project(tmp_path, ("Alpha", "A1", "", ""), ("Beta", "", "", "beta@example.com"), ("Gamma", "C3", "", ""))
    result = adopted(root, server)
    assert [vars(one) for one in result.mappings] == [
        {"mapping": "res.partner", "model": "res.partner", "adopted": 2, "doubtful": 0, "new": 1, "knew": 0}
    ]
    assert (named(server, 2), named(server, 3)) == (("res.partner", alpha), ("res.partner", beta))
    assert named(server, 4) is None
    assert [row | {"xid": ""} for row in server.store.rows("res.partner")] == [row | {"xid": ""} for row in before]
    row = next(row for row in server.store.rows("ir.model.data") if row["module"] == "migr")
    assert row["noupdate"] is False


def test_the_load_then_updates_them_and_creates_the_others(tmp_path: Path, server: Server):
    has(server, ref="A1")
    root = project(tmp_path, ("Alpha", "A1", "", ""), ("Gamma", "C3", "", ""))
    adopted(root, server)
    assert counts(loaded(root, server)) == {"res.partner": (1, 1, 0, 0)}
    assert [row["name"] for row in server.store.rows("res.partner") if row["ref"]] == ["Alpha", "Gamma"]
    assert list(read_history(run_of(root).journal).created["res.partner"]) == ["migr.res_partner.3"]


def test_the_first_field_that_finds_anything_decides(tmp_path: Path, server: Server):
    by_ref, by_email = has(server, ref="A1"), has(server, email="a@example.com")
    root = project(tmp_path, ("Alpha", "A1", "", "a@example.com"), ("Beta", "none", "", "a@example.com"))
    adopted(root, server)
    assert named(server, 2) == ("res.partner", by_ref)
    assert named(server, 3) == ("res.partner", by_email)
    assert [(row["field"], row["value"]) for row in report(root).values()] == [
        ("ref", "A1"),
        ("email", "a@example.com"),
    ]


def test_a_tax_id_is_that_of_the_company_not_of_its_contacts(tmp_path: Path, server: Server):
    company = has(server, vat="BE0477472701", is_company=True)
    has(server, vat="BE0477472701", parent_id=company)
    root = project(tmp_path, ("Alpha", "", "be 0477.472.701", ""))
    adopted(root, server)
    assert named(server, 2) == ("res.partner", company)


def test_a_dry_run_says_the_same_and_writes_nothing(tmp_path: Path, server: Server):
    has(server, ref="A1")
    root = project(tmp_path, ("Alpha", "A1", "", ""))
    writes = server.store.writes
    dry = adopted(root, server, dry_run=True)
    assert (server.store.writes, named(server, 2), read_history(run_of(root).journal).server) == (writes, None, {})
    assert report(root)["2"]["verdict"] == "adopted"
    assert dry.mappings == adopted(root, server).mappings


def test_adopting_again_knows_what_was_adopted(tmp_path: Path, server: Server):
    has(server, ref="A1")
    root = project(tmp_path, ("Alpha", "A1", "", ""))
    adopted(root, server)
    again = adopted(root, server)
    assert (again.mappings[0].adopted, again.mappings[0].knew) == (0, 1)
    assert matched(root) == {"2": ("adopted", "Adopted before.")}


def test_a_large_payload_takes_few_calls(tmp_path: Path, server: Server):
    for number in range(0, 3000, 2):
        has(server, ref=f"R{number}", email=f"N{number}@example.com")
    rows = [("Name", f"R{n}" if n % 3 else "", "", f"n{n}@example.com") for n in range(3000)]
    result = adopted(project(tmp_path, *rows), server)
    assert (result.mappings[0].adopted, result.mappings[0].new) == (1500, 1500)
    assert len(server.store.calls) < 30


@given(st.text(), st.text())
def test_values_agree_as_their_kind_compares(ours: str, theirs: str):
    assert record_matching.agree("ref", ours, theirs) == (ours == theirs)
    assert record_matching.agree("email", f" {ours.upper()}\n", ours.upper().lower())
    assert record_matching.agree("vat", f"B E.{ours}", f"be{ours}")


# --- What is not ----------------------------------------------------------------------------------------------
def test_several_records_of_odoo(tmp_path: Path, server: Server):
    first, second = has(server, email="info@example.com", name="One"), has(server, email="INFO@example.com", name="Two")
    root = project(tmp_path, ("Alpha", "", "", "info@example.com"))
    result = adopted(root, server)
    assert [one.reason for one in result.doubtful] == ["2 records of Odoo have this email."]
    row = report(root)["2"]
    assert (row["database_ids"], row["email"]) == (f"{first} | {second}", "info@example.com")
    assert row["email in Odoo"] == "info@example.com | INFO@example.com"
    assert named(server, 2) is None


def test_several_rows_of_the_project(tmp_path: Path, server: Server):
    has(server, ref="A1", email="a@example.com")
    root = project(
        tmp_path, ("Alpha", "A1", "", ""), ("Other", "", "", "new@example.com"), ("Also", "", "", "a@example.com")
    )
    adopted(root, server)
    words = "Rows 2 and 4 both match it."
    assert matched(root) == {"2": ("doubtful", words), "3": ("new", ""), "4": ("doubtful", words)}


def test_rows_of_several_mappings(tmp_path: Path, server: Server):
    has(server, ref="A1")
    root = project_of(
        tmp_path,
        {
            "res.partner": (("name", "ref"), [("migr.one", "Alpha", "A1")]),
            "res.partner.contacts": (("name", "ref"), [("migr.two", "Alpha", "A1")]),
        },
    )
    result = adopted(root, server, ["res.partner=ref"])
    words = "Rows 2 of res.partner and 2 of res.partner.contacts both match it."
    assert [one.reason for one in result.doubtful] == [words, words]


def test_another_field_that_disagrees(tmp_path: Path, server: Server):
    has(server, ref="A1", vat="BE1", is_company=True)
    has(server, ref="A2", vat="", email="b@example.com")
    root = project(tmp_path, ("Alpha", "A1", "BE2", ""), ("Beta", "A2", "BE3", "B@example.com"))
    adopted(root, server)
    assert matched(root) == {"2": ("doubtful", "ref agrees but vat differs."), "3": ("adopted", "")}
    assert (report(root)["2"]["vat"], report(root)["2"]["vat in Odoo"]) == ("BE2", "BE1")


@pytest.mark.parametrize("external_id", ["migr.of_an_earlier_run", "migr.5"])
def test_records_that_are_another_of_the_project_already(tmp_path: Path, server: Server, external_id: str):
    has(server, external_id, ref="A1")
    root = project_of(tmp_path, {"res.partner": (COLUMNS, [("migr.1", "Alpha", "A1", "", ""), ("migr.5", *"    ")])})
    adopted(root, server)
    assert report(root)["2"]["reason"] == f"It is '{external_id}' already."


def test_ids_of_others_are_no_obstacle(tmp_path: Path, server: Server):
    mine = has(server, "__export__.res_partner_5", ref="A1")
    root = project(tmp_path, ("Alpha", "A1", "", ""))
    adopted(root, server)
    assert named(server, 2) == ("res.partner", mine)


# --- What goes wrong ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("match", "words"),
    [
        ("res.partner", "'res.partner' names no field; write for example --match res.partner=ref,vat,email."),
        ("res.users=login", "This project has no mapping and no model 'res.users' to match."),
        ("res.partner=street", "res.partner load no field 'street', so there is nothing to match by."),
        ("res.partner=ref,nonsense", "res.partner has no field 'nonsense' in this Odoo."),
        ("res.partner=country_id", "'country_id' refers to other records"),
        ("res.partner=country_id/id", "'country_id/id' refers to other records"),
        ("res.partner=active", "'active' is a field of type boolean; match by fields that hold text."),
    ],
)
def test_matches_that_cannot_be_asked_for(tmp_path: Path, server: Server, match: str, words: str):
    root = project(tmp_path, ("A", "B", "C", "1", "D"), columns=("name", "ref", "nonsense", "active", "country_id/id"))
    with pytest.raises(RunProblem, match=r"\A" + words.replace("(", r"\(")):
        adopted(root, server, [match])


def test_a_mapping_is_matched_once(tmp_path: Path, server: Server):
    with pytest.raises(RunProblem, match=r"--match names res\.partner twice"):
        adopted(project(tmp_path, ("A", "1", "", "")), server, ["res.partner=ref", "res.partner=vat"])


def test_a_changed_payload_and_a_busy_run(tmp_path: Path, server: Server):
    root = project(tmp_path, ("Alpha", "A1", "", ""))
    with locked(run_of(root)), pytest.raises(RunProblem, match="Another process is working on the run 'first'"):
        adopted(root, server)
    repay(root, {"res.partner": (COLUMNS, [("migr.1", "Alpha", "A2", "", "")])})
    with pytest.raises(RunProblem, match=r"data/payload/res.partner.csv changed since this run was made"):
        adopted(root, server)


def test_the_right_to_create_ids_is_asked_for_first(tmp_path: Path, server: Server):
    has(server, ref="A1")
    server.store.denied.add(("ir.model.data", "create"))
    with pytest.raises(Rejected, match='The user "admin" has no right to create external IDs'):
        adopted(project(tmp_path, ("Alpha", "A1", "", "")), server)


def test_an_answer_that_got_lost_after_the_ids_were_stored(tmp_path: Path, server: Server):
    has(server, ref="A1")
    root = project(tmp_path, ("Alpha", "A1", "", ""))
    server.faults.append(Injected("reset after", method="create"))
    assert adopted(root, server).mappings[0].adopted == 1
    assert [method for _, method, *_ in server.store.calls].count("create") == 1
    assert read_history(run_of(root).journal).adopted == {"res.partner": {"migr.res_partner.2": named(server, 2)[1]}}


def test_a_call_that_surely_did_not_arrive_is_made_again(tmp_path: Path, server: Server):
    has(server, ref="A1")
    server.faults.append(Injected("clash", method="create"))
    assert adopted(project(tmp_path, ("Alpha", "A1", "", "")), server).mappings[0].adopted == 1


def test_a_server_that_is_lost_leaves_what_can_be_gone_on_with(tmp_path: Path, server: Server, monkeypatch):
    monkeypatch.setattr(adoption, "BATCH", 2)
    for number in range(6):
        has(server, ref=f"R{number}")
    root = project(tmp_path, *(("Name", f"R{number}", "", "") for number in range(6)))
    # The second call is lost, whether it was carried out or not, and then the server is.
    server.faults += [
        Injected("504", method="create", skip=1),
        Injected("504", model="ir.model.data", skip=4, times=99),
    ]
    with pytest.raises(Unreachable):
        adopted(root, server)
    server.faults.clear()
    assert 2 <= sum(named(server, row) is not None for row in range(2, 8)) < 6
    result = adopted(root, server)
    assert result.mappings[0].adopted + result.mappings[0].knew == 6
    assert len({named(server, row) for row in range(2, 8)}) == 6


def test_one_id_that_odoo_refuses_leaves_the_others_alone(tmp_path: Path, server: Server):
    for number in range(4):
        has(server, ref=f"R{number}")
    rows = [(f"migr.{number}", "Name", f"R{number}", "", "") for number in range(4)]
    root = project_of(tmp_path, {"res.partner": (COLUMNS, rows)})
    dangling = server.store.put(
        "ir.model.data", "", {"module": "migr", "name": "2", "model": "res.partner", "res_id": False}
    )
    server.store.xids["migr.2"] = dangling
    result = adopted(root, server)
    assert [(one.id, one.reason.partition(":")[0]) for one in result.doubtful] == [
        ("migr.2", "Odoo refused the external ID")
    ]
    assert (result.mappings[0].adopted, result.mappings[0].doubtful) == (3, 1)
    assert all(server.store.named(f"migr.{number}")[1] for number in (0, 1, 3))


def test_what_was_there_never_passes_for_what_a_killed_run_created(tmp_path: Path, server: Server):
    """The load was about to create these when it was killed; then they were adopted."""
    mine = has(server, ref="A1")
    root = project(tmp_path, ("Alpha", "A1", "", ""))
    server.faults.append(Injected("502", method="load", times=99))
    with pytest.raises(Unreachable):
        loaded(root, server)
    server.faults.clear()
    assert read_history(run_of(root).journal).open
    adopted(root, server)
    loaded(root, server)
    history = read_history(run_of(root).journal)
    assert (named(server, 2), history.created.get("res.partner", {})) == (("res.partner", mine), {})


@pytest.mark.odoo
def test_a_real_odoo(tmp_path: Path):
    real, mark = real_odoo.given(), uuid.uuid4().hex[:8]
    assert real
    with real.connect() as odoo:

        def there(**values: Any) -> int:
            return int(odoo.call("res.partner", "create", [{"name": "Somebody", **values}])[0])

        alpha = there(ref=f"{mark}1", is_company=True)
        tax = there(vat=f"BE {mark}", is_company=True)
        there(parent_id=tax)  # Odoo gives it the tax ID of its company
        old = there(email=f" Old@{mark}.Example", active=False)
        for name in ("shared", "SHARED"):
            there(email=f"{name}@{mark}.example")
        cells = [
            (f"{mark}1", "", "", alpha),
            ("", f"be.{mark}", "", tax),
            ("", "", f"old@{mark}.example", old),
            ("", "", f"shared@{mark}.example", None),
            (f"{mark}5", "", "", None),
        ]
        rows = [(f"migr.{mark}_{n}", "Name", *row[:3]) for n, row in enumerate(cells)]
        root = project_of(tmp_path, {"res.partner": (COLUMNS, rows)}, version=odoo.version)
        result = adoption.adopt(run_of(root), odoo, MATCH)
        found = odoo_records.find(odoo, [row[0] for row in rows])
        wanted = [(row[0], ("res.partner", one[3])) for row, one in zip(rows, cells, strict=True) if one[3]]
        assert found == dict(wanted)
        assert (result.mappings[0].adopted, result.mappings[0].doubtful, result.mappings[0].new) == (3, 1, 1)
        assert odoo.call("res.partner", "read", [alpha], ["name", "ref"])[0]["name"] == "Somebody"
        assert adoption.adopt(run_of(root), odoo, MATCH).mappings[0].knew == 3
        assert counts(running.load(run_of(root), odoo, Options())) == {"res.partner": (2, 3, 0, 0)}

"""The client against a real Odoo server, of whichever version: ODOO_TEST_URL, ODOO_TEST_DB, ODOO_TEST_USER,
ODOO_TEST_PASSWORD, and ODOO_TEST_KEY for JSON-2. What the tests store they remove.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from odoo_migrate.loading import checks_against_odoo, dry_run, runs
from odoo_migrate.odoo import import_wizard, preflight, server_records
from odoo_migrate.odoo.client import Odoo, connect
from odoo_migrate.odoo.credentials import Kind, Secret
from odoo_migrate.odoo.odoo_errors import Fault, Rejected
from odoo_migrate.project.problems import Problems
from odoo_migrate.project.project_definition import Settings
from odoo_migrate.project.project_reader import read_project
from tests.loadable_projects import Table, project_of

pytestmark = pytest.mark.odoo

COUNTED = (
    "res.partner",
    "res.partner.category",
    "ir.model.data",
    "base_import.mapping",
    "mail.message",
    "ir.attachment",
)
PREFIX = "migr.client_"


def given(name: str) -> str:
    return os.environ.get(f"ODOO_TEST_{name}", "")


def signed_in(kind: Kind = "password", **other: str) -> Odoo:
    secret = Secret(other.get("secret") or given("KEY" if kind == "key" else "PASSWORD"))
    return connect(given("URL"), other.get("db") or given("DB"), other.get("user") or given("USER"), secret, kind=kind)


@pytest.fixture(params=["password", "key"])
def odoo(request) -> Iterator[Odoo]:
    if request.param == "key" and not given("KEY"):
        pytest.skip("no API key is given (ODOO_TEST_KEY)")
    with signed_in(request.param) as odoo:
        yield odoo
        _clean(odoo)


def _clean(odoo: Odoo) -> None:
    domain = [["module", "=", "migr"], ["name", "=like", "client_%"]]
    rows = odoo.call("ir.model.data", "search_read", domain, ["model", "res_id"])
    for model in {row["model"] for row in rows}:
        odoo.call(model, "unlink", [row["res_id"] for row in rows if row["model"] == model])


def counts(odoo: Odoo) -> dict[str, int]:
    return {model: odoo.call(model, "search_count", [], context={"active_test": False}) for model in COUNTED}


def test_records_go_in_and_are_read_back(odoo: Odoo):
    rows = [[f"{PREFIX}1", "Ünïcode\n", "base.us"], [f"{PREFIX}2", "B", ""]]
    assert len(server_records.load(odoo, "res.partner", ["id", "name", "country_id/id"], rows).ids or []) == 2
    found = server_records.find(odoo, [rows[0][0], rows[1][0], "base.us", "migrtest.nothing"])
    assert sorted(found) == ["base.us", rows[0][0], rows[1][0]]
    values = server_records.read(odoo, "res.partner", [found[rows[0][0]][1], 999_999_999], ["name", "country_id"])
    assert list(values.values()) == [
        {"id": found[rows[0][0]][1], "name": "Ünïcode\n", "country_id": found["base.us"][1]}
    ]
    assert server_records.database_uuid(odoo)


def test_bad_rows_are_messages_and_store_nothing(odoo: Odoo):
    rows = [[f"{PREFIX}3", "A", "base.us"], [f"{PREFIX}4", "B", "base.zz"]]
    answer = server_records.load(odoo, "res.partner", ["id", "name", "country_id/id"], rows)
    assert answer.ids is None
    assert [(one.first, one.field) for one in answer.errors] == [(1, "country_id")]
    assert server_records.find(odoo, [f"{PREFIX}3"]) == {}
    with pytest.raises(Fault):
        server_records.load(odoo, "res.partner", ["id", "nope"], [[f"{PREFIX}3", "x"]])


def test_a_bad_login_is_one_sentence():
    with pytest.raises(Rejected, match="refused the password or API key"):
        signed_in(secret="quite wrong")
    with pytest.raises(Rejected, match="no_such_database"):
        signed_in(db="no_such_database")


def test_a_bad_key_is_one_sentence():
    with pytest.raises(Rejected, match="refused"):
        signed_in("key", secret="quite wrong")


def test_the_server_is_looked_over(odoo: Odoo):
    settings = Settings("migrtest", odoo.version, "UTC", "base.main_company", {}, [])
    preflight.check(odoo, settings, ["res.partner", "res.partner.category"])
    with pytest.raises(Rejected, match=r"no x\.nothing"):
        preflight.check(odoo, settings, ["res.partner", "x.nothing"])
    with pytest.raises(Rejected, match=r"^The project is for Odoo 16\.0, this server runs"):
        preflight.check_version(odoo, Settings("migr", "16.0", "UTC", "", {}, []))


def test_a_user_with_few_rights(odoo: Odoo):
    login = f"migrtest_{odoo.login.kind}"
    groups = "group_ids" if odoo.major >= 19 else "groups_id"
    internal = server_records.find(odoo, ["base.group_user"])["base.group_user"][1]
    values = {"name": login, "login": login, "password": "few-rights-1", groups: [[6, 0, [internal]]]}
    found = odoo.call("res.users", "search", [["login", "=", login]], context={"active_test": False})
    [user] = found or odoo.call("res.users", "create", [values], context={"no_reset_password": True})
    odoo.call("res.users", "write", [user], {"password": "few-rights-1", "active": True})
    try:
        with signed_in(user=login, secret="few-rights-1") as other:
            settings = Settings("migrtest", odoo.version, "UTC", "", {}, [])
            with pytest.raises(Rejected, match=r"has no right to .*create res\.partner.*external IDs"):
                preflight.check(other, settings, ["res.partner"])
    finally:
        odoo.call("res.users", "write", [user], {"active": False})


def test_two_threads_load_at_once(odoo: Odoo):
    def work(own: Odoo, number: int) -> None:
        with own:
            rows = [[f"{PREFIX}t{number}_{place}", "A"] for place in range(20)]
            done.append(server_records.load(own, "res.partner", ["id", "name"], rows).ids)

    done: list[list[int] | None] = []
    threads = [threading.Thread(target=work, args=(odoo.clone(), number)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(ids or []) for ids in done] == [20, 20]


TABLES: dict[str, Table] = {
    "res.partner.category": (["name"], [[f"{PREFIX}vip", "VIP"]]),
    "res.partner": (
        ["name", "category_id/id", "parent_id/id", "country_id/id", "barcode", "type"],
        [
            [f"{PREFIX}1", "Good", f"{PREFIX}vip", "", "base.us", "", ""],
            [f"{PREFIX}2", "Child", "", f"{PREFIX}1", "", "", "invoice"],
            [f"{PREFIX}3", "Nowhere", "", "", "base.zz", "", ""],
            [f"{PREFIX}4", "", "", "", "base.be", "", "contact"],
            [f"{PREFIX}5", "One", "", "", "", "migrtest-1", ""],
            [f"{PREFIX}6", "Two", "", "", "", "migrtest-1", ""],
        ],
    ),
}


def test_the_dry_run_stores_nothing(tmp_path: Path):
    root = project_of(tmp_path, TABLES, version=_version())
    with signed_in() as odoo:
        before, problems = counts(odoo), Problems()
        tags, partners = dry_run.try_run(runs.init(root, run_id="test"), odoo, problems)
        assert counts(odoo) == before
    assert (tags.records, tags.fine) == (1, 1)
    assert (partners.records, partners.failed, partners.fine) == (6, 3, 3)
    assert partners.left_out == {"category_id/id": 1, "parent_id/id": 1}
    said = {problem.row: problem.text() for problem in problems}
    assert sorted(said) == [4, 5, 7]
    assert "base.zz" in said[4]
    assert "barcode" in said[7]


def test_the_wizard_wants_a_password():
    if not given("KEY"):
        pytest.skip("no API key is given (ODOO_TEST_KEY)")
    with signed_in("key") as odoo, pytest.raises(Rejected, match="password"):
        import_wizard.WebSession(odoo)


def test_the_project_is_checked_against_the_server(odoo: Odoo, tmp_path: Path):
    before, problems = counts(odoo), Problems()
    asked = checks_against_odoo.check(read_project(project_of(tmp_path, TABLES, version=odoo.version)), odoo, problems)
    assert counts(odoo) == before
    assert [(one.mapping, one.records, one.known) for one in asked] == [
        ("res.partner.category", 1, 0),
        ("res.partner", 6, 0),
    ]
    assert [problem.text() for problem in problems] == []


def _version() -> str:
    with signed_in() as odoo:
        return odoo.version

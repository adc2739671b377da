"""`load run --test`: Odoo tries every record, and nothing is stored."""

from __future__ import annotations

from pathlib import Path

import pytest

from odoo_migrate.loading import dry_run, runs
from odoo_migrate.odoo import import_wizard
from odoo_migrate.odoo.client import Odoo, connect
from odoo_migrate.odoo.credentials import Secret
from odoo_migrate.odoo.odoo_errors import Rejected
from odoo_migrate.odoo.server_records import Message
from odoo_migrate.project.problems import Problems
from tests.loadable_projects import QUICK, Table, project_of, signed_in
from tests.odoo_http import Injected, Server, replaying, serving
from tests.odoo_questions import asked
from tests.odoo_store import DATABASE, KEY, PASSWORD, USER, Store

VERSIONS = ("17.0", "18.0", "19.0")


@pytest.fixture(params=VERSIONS)
def server(request):
    with serving(Store(request.param)) as server:
        yield server


def stored(server: Server) -> dict[str, int]:
    """Records of all models but the wizard's own."""
    models = server.store.models
    return {
        name: len(model.records) for name, model in models.items() if name != import_wizard.WIZARD and model.records
    }


@pytest.mark.parametrize("version", ["17.0", "18.0"])
def test_what_real_wizards_said(version):
    with replaying(version) as replay:
        with connect(replay.url, DATABASE, USER, Secret(PASSWORD)) as odoo:
            asked(odoo)  # comes first in what was recorded
        with connect(replay.url, DATABASE, USER, Secret(PASSWORD)) as odoo:
            real = tried(odoo)
        assert replay.left == []
    with serving(Store(version)) as server, signed_in(server) as odoo:
        asked(odoo)
        assert tried(odoo) == real
    unknown = "No matching record found for external id 'base.zz' in field 'Country'"
    assert real[0] == [
        Message(1, 1, "error", "country_id", unknown),
        Message(2, 2, "error", "", "'Contacts require a name'"),
    ]
    [date] = real[1]
    assert (date.first, date.field) == (-1, "date_deadline"), "a wrong date is told without its row"


def tried(odoo: Odoo) -> list[list[Message]]:
    """As tests/odoo_recorder.py asked."""
    with import_wizard.WebSession(odoo) as session:
        rows = [["q.w1", "A\nB", "base.be"], ["q.w2", "C", "base.zz"], ["q.w3", "", "base.be"]]
        lead = [["q.w4", "A", "31.12.2020"]]
        return [
            import_wizard.dry_run(session, "res.partner", ["id", "name", "country_id/id"], rows),
            import_wizard.dry_run(session, "crm.lead", ["id", "name", "date_deadline"], lead),
        ]


def test_texts_of_all_kinds_arrive_as_they_are(server):
    texts = ["Ünï", 'with "quotes"', "comma, and", "two\nlines", " space ", "\\", "'"]
    rows = [[f"t.{place}", text] for place, text in enumerate(texts)]
    with signed_in(server) as odoo, import_wizard.WebSession(odoo) as session:
        assert import_wizard.dry_run(session, "res.partner", ["id", "name"], rows) == []
    [sent] = server.store.model(import_wizard.WIZARD).records.values()
    assert sent["file"].decode().startswith('t.0,Ünï\nt.1,"with ""quotes"""\n')


def test_a_session_that_expired_is_opened_again(server):
    with signed_in(server) as odoo, import_wizard.WebSession(odoo) as session:
        session._token = "1f"
        assert import_wizard.dry_run(session, "res.partner", ["id", "name"], [["t.1", "A"]]) == []


def test_a_bad_network_is_borne(server):
    with signed_in(server) as odoo, import_wizard.WebSession(odoo) as session:
        server.faults += [Injected("reset after", method="execute_import"), Injected("502", method="create")]
        assert import_wizard.dry_run(session, "res.partner", ["id", "name"], [["t.1", ""]])
    assert "t.1" not in {row["xid"] for row in server.store.rows("res.partner")}


def test_an_api_key_will_not_do(server):
    with (
        connect(server.url, DATABASE, USER, Secret(KEY), kind="key") as odoo,
        pytest.raises(Rejected, match="password"),
    ):
        import_wizard.WebSession(odoo)


def test_without_the_wizard_it_says_so(server):
    server.store.uninstalled.add(import_wizard.WIZARD)
    with (
        signed_in(server) as odoo,
        import_wizard.WebSession(odoo) as session,
        pytest.raises(Rejected, match="wizard cannot be"),
    ):
        import_wizard.dry_run(session, "res.partner", ["id", "name"], [["t.1", "A"]])


# Whole runs

TAGS: Table = (["name"], [["migr.tag.vip", "VIP"], ["migr.tag.gold", "Gold"]])


def shown(root: Path, server: Server, tables: dict[str, Table]) -> tuple[dict[str, dry_run.Tested], list[str]]:
    """What the test of a project showed, and that it left no trace; what was said, without the files' names."""
    run = runs.init(project_of(root, tables, version=server.store.version), run_id="test")
    before, problems = stored(server), Problems()
    with connect(server.url, DATABASE, USER, Secret(PASSWORD), retries=QUICK) as odoo:
        found = dry_run.try_run(run, odoo, problems)
    assert stored(server) == before
    assert server.store.writes == 0
    return {one.mapping: one for one in found}, [one.text().partition(", ")[2] for one in problems]


def test_good_records_pass_and_references_to_them_are_left_out(server, tmp_path):
    partners: Table = (
        ["name", "category_id/id", "parent_id/id", "country_id/id"],
        [
            ["migr.partner.1", "A", "migr.tag.vip,migr.tag.gold", "", "base.us"],
            ["migr.partner.2", "B", "", "migr.partner.1", "base.be"],
            ["migr.partner.3", "C", "", "", ""],
        ],
    )
    found, said = shown(tmp_path, server, {"res.partner.category": TAGS, "res.partner": partners})
    assert said == []
    assert [found[name].fine for name in ("res.partner.category", "res.partner")] == [2, 3]
    assert found["res.partner"].left_out == {"category_id/id": 1, "parent_id/id": 1}


def test_references_to_what_is_there_are_sent(server, tmp_path):
    server.store.put("res.partner.category", "migr.tag.vip", {"name": "VIP"})
    partners: Table = (["name", "category_id/id"], [["migr.partner.1", "A", "migr.tag.vip,migr.tag.gold"]])
    found, _ = shown(tmp_path, server, {"res.partner.category": TAGS, "res.partner": partners})
    assert found["res.partner"].left_out == {"category_id/id": 1}
    [*_, file] = [row["file"] for row in server.store.model(import_wizard.WIZARD).records.values()]
    assert b"migr.tag.vip" in file
    assert b"migr.tag.gold" not in file


def test_every_bad_record_is_named_with_its_row_and_no_good_one(server, tmp_path):
    rows = [[f"migr.partner.{number}", "" if number % 7 == 3 else "A", "base.us"] for number in range(100)]
    rows[20][2], rows[50][2] = "base.zz", "base.state_us_5"
    found, said = shown(tmp_path, server, {"res.partner": (["name", "country_id/id"], rows)})
    bad = {place + 2 for place, row in enumerate(rows) if not row[1] or row[2] != "base.us"}
    assert found["res.partner"].failed == len(bad)
    assert {int(text.split(",")[0].split(":")[0].removeprefix("row ")) for text in said} == bad
    assert any("base.zz" in text and "column 'country_id/id'" in text for text in said)


def test_wrong_dates_are_found_though_odoo_names_no_row(server, tmp_path):
    rows = [[f"migr.lead.{number}", "L", "2024-01-01"] for number in range(20)]
    rows[7][2], rows[13][2] = "31.12.2020", "2024-02-30"
    found, said = shown(tmp_path, server, {"crm.lead": (["name", "date_deadline"], rows)})
    assert found["crm.lead"].failed == 2
    assert {text.split(":")[0].split(",")[0] for text in said} == {"row 9", "row 15"}


def test_records_at_odds_with_each_other(server, tmp_path):
    rows = [["migr.partner.1", "A", "111"], ["migr.partner.2", "B", "222"], ["migr.partner.3", "C", "222"]]
    found, said = shown(tmp_path, server, {"res.partner": (["name", "barcode"], rows)})
    assert found["res.partner"].failed == 1
    [text] = said
    assert text.startswith("row ")
    assert "Another partner already has this barcode" in text


def test_what_cannot_do_without_a_reference_cannot_be_tested(server, tmp_path):
    partners: Table = (["name"], [["migr.partner.1", "A"]])
    orders: Table = (
        ["partner_id/id"],
        [["migr.order.1", "migr.partner.1"], ["migr.order.2", "base.main_partner"], ["migr.order.3", "migr.partner.9"]],
    )
    found, said = shown(tmp_path, server, {"res.partner": partners, "sale.order": orders})
    one = found["sale.order"]
    assert (one.records, one.untestable, one.failed, one.fine) == (3, 1, 1, 1)
    assert "cannot be tested before the record that 'partner_id/id' refers to is in Odoo" in said[0]
    assert "migr.partner.9" in said[1]


def test_empty_cells_are_left_out_as_in_a_real_run(server, tmp_path):
    """An empty cell would clear the type that Odoo puts in by itself."""
    found, said = shown(tmp_path, server, {"res.partner": (["name", "type"], [["migr.partner.1", "A", ""]])})
    assert said == []
    assert found["res.partner"].fine == 1
    [file] = [row["file"] for row in server.store.model(import_wizard.WIZARD).records.values()]
    assert file == b"migr.partner.1,A\n"


def test_moments_without_seconds(server, tmp_path):
    moments = ["2024-01-01 10:00", "2024-01-01", "2024-01-01 10:00:00", "10:00"]
    rows = [[f"migr.order.{place}", "base.main_partner", moment] for place, moment in enumerate(moments)]
    found, said = shown(tmp_path, server, {"sale.order": (["partner_id/id", "date_order"], rows)})
    assert found["sale.order"].failed == 1
    assert said[0].startswith("row 5, column 'date_order'")

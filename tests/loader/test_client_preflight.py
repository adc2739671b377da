"""What is looked at before a load: each obstacle is one sentence, and nothing is written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from odoo_migrate.loading import checks_against_odoo
from odoo_migrate.odoo import preflight
from odoo_migrate.odoo.client import Odoo, connect
from odoo_migrate.odoo.credentials import Secret
from odoo_migrate.odoo.odoo_errors import Fault, Rejected
from odoo_migrate.project.problems import Problems
from odoo_migrate.project.project_definition import Settings, lookup_text
from odoo_migrate.project.project_reader import read_project
from tests.loadable_projects import Table, project_of, written
from tests.odoo_http import Server, serving
from tests.odoo_store import DATABASE, PASSWORD, USER, ServerFault, Store

SETTINGS = Settings("migr", "18.0", "UTC", "", {}, [])
MODELS = ["res.partner", "crm.lead"]


@pytest.fixture(params=["17.0", "18.0", "19.0"])
def server(request):
    with serving(Store(request.param)) as server:
        yield server


@pytest.fixture
def odoo(server: Server):
    with connect(server.url, DATABASE, USER, Secret(PASSWORD)) as odoo:
        yield odoo


def settings(odoo: Odoo, **given) -> Settings:
    return replace(SETTINGS, odoo_version=odoo.version, **given)


def test_all_well(server, odoo):
    preflight.check(odoo, settings(odoo, company="base.main_company"), MODELS)
    assert server.store.writes == 0


def test_another_version(odoo):
    other = "16.0"
    with pytest.raises(Rejected, match=rf"^The project is for Odoo {other}, this server runs {odoo.version}\.$"):
        preflight.check(odoo, replace(SETTINGS, odoo_version=other), MODELS)


def test_a_module_that_is_not_installed(server, odoo):
    server.store.uninstalled.add("crm.lead")
    with pytest.raises(Rejected, match=r'^The database "test" has no crm\.lead; install crm there\.$'):
        preflight.check(odoo, settings(odoo), MODELS)


def test_only_a_fault_that_names_the_model_says_that_it_is_not_there(server, odoo):
    server.store.faults["res.partner"] = ServerFault("builtins.ValueError", "Something else is wrong")
    with pytest.raises(Fault, match="Something else is wrong"):
        preflight.may(odoo, "res.partner", "read")
    server.store.faults["res.partner"] = ServerFault("odoo.exceptions.UserError", "An unrelated module is broken")
    with pytest.raises(Fault, match="An unrelated module is broken"):
        preflight.check(odoo, settings(odoo), MODELS)
    with pytest.raises(preflight.ModelMissing):
        preflight.may(odoo, "no.model", "read")


def test_missing_rights_are_all_named(server, odoo):
    server.store.denied |= {("crm.lead", "create"), ("res.partner", "write")}
    with pytest.raises(Rejected, match=r'^The user "admin" has no right to write res\.partner, create crm\.lead\.$'):
        preflight.check(odoo, settings(odoo), MODELS)


def test_external_ids_must_be_readable(server, odoo):
    server.store.denied.add(("ir.model.data", "read"))
    with pytest.raises(Rejected, match="read external IDs"):
        preflight.check(odoo, settings(odoo), MODELS)


def test_a_company_that_is_not_there(odoo):
    for company in ("migr.company.x", "base.us"):
        with pytest.raises(Rejected, match=f"no company with the external ID {company}"):
            preflight.check(odoo, settings(odoo, company=company), MODELS)
    preflight.check(odoo, settings(odoo, company="migr.company.x"), [*MODELS, "res.company"])


def test_a_company_that_the_user_may_not_work_for(server, odoo):
    server.store.put("res.company", "x.other", {"name": "Other"})
    with pytest.raises(Rejected, match=r'The user "admin" is not allowed to work for the company x\.other'):
        preflight.check(odoo, settings(odoo, company="x.other"), MODELS)


def test_a_namespace_that_is_a_module(server, odoo):
    server.store.put("ir.module.module", "", {"name": "sale", "state": "uninstalled"})
    with pytest.raises(Rejected, match='"sale" is the name of an Odoo module'):
        preflight.check(odoo, settings(odoo, namespace="sale"), MODELS)


# validate check --against-odoo

TABLES: dict[str, Table] = {
    "res.partner.category": (["name"], [["migr.tag.vip", "VIP"]]),
    "res.partner": (
        ["name", "lang", "type", "category_id/id", "country_id/id"],
        [
            ["migr.partner.1", "A", "en_US", "contact", "migr.tag.vip", "base.us"],
            ["migr.partner.2", "B", "fr_FR", "Contact", "", ""],
            ["migr.partner.3", "C", "", "nonsense", "", ""],
        ],
    ),
}


def said(root: Path, odoo: Odoo) -> list[str]:
    problems = Problems()
    checks_against_odoo.check(read_project(root), odoo, problems)
    return [problem.text() for problem in problems]


@pytest.fixture
def root(tmp_path: Path, odoo: Odoo) -> Path:
    return project_of(tmp_path, TABLES, version=odoo.version)


def test_what_only_the_server_knows(server, odoo, root):
    assert said(root, odoo) == [
        "data/raw/res_partner.csv, row 3, column 'lang' ('fr_FR'): The language fr_FR is not installed on the server.",
        "data/raw/res_partner.csv, row 4, column 'type' ('nonsense'): The server does not offer this choice.",
    ]
    assert server.store.writes == 0


def test_how_many_records_are_there_already(server, odoo, root):
    server.store.put("res.partner", "migr.partner.2", {"name": "B"})
    asked = checks_against_odoo.check(read_project(root), odoo, Problems())
    assert [(one.mapping, one.records, one.known) for one in asked] == [
        ("res.partner.category", 1, 0),
        ("res.partner", 3, 1),
    ]


def test_an_id_of_another_kind_of_record(server, odoo, root):
    server.store.put("res.country", "migr.partner.1", {"name": "Nowhere"})
    assert (
        "column 'id' ('migr.partner.1'): In Odoo this is the ID of another kind of record (res.country)"
        in said(root, odoo)[0]
    )


def test_a_model_and_a_field_that_are_not_there(server, odoo, root):
    server.store.uninstalled.add("res.partner.category")
    del server.store.model("res.partner").fields["lang"]
    found = said(root, odoo)
    assert "config/mappings/res.partner.category.yml: The server has no res.partner.category" in found[0]
    assert "config/mappings/res.partner.yml, column 'lang': The server's res.partner has no field lang" in found[1]


def test_a_field_that_this_server_demands(server, odoo, root):
    field = {"type": "char", "string": "Region", "required": True, "store": True}
    server.store.model("res.partner").fields["x_region"] = field
    assert "The server demands 'Region' (x_region) of every res.partner; map it." in said(root, odoo)[0]


def test_targets_of_lookups_and_constants(server, odoo, root):
    mapping = root / "config/mappings/res.partner.yml"
    text = mapping.read_text().replace('{ source: "category_id/id" }', '{ source: "category_id/id", lookup: tag }')
    mapping.write_text(text.replace('{ source: "country_id/id" }', '{ value: "base.state_us_5" }'))
    targets = {"VIP": "migr.tag.vip", "Gone": "migr.tag.gone", "Country": "base.us"}
    written(root / "config/lookups/tag.csv", lookup_text(targets))
    other = "On the server this is a {}, where a {} is wanted."
    country = "config/mappings/res.partner.yml, column 'country_id/id'"
    assert said(root, odoo)[:3] == [
        f"config/lookups/tag.csv, column 'Country' ('base.us'): {other.format('res.country', 'res.partner.category')}",
        "config/lookups/tag.csv, column 'Gone' ('migr.tag.gone'): Neither this project nor the server has this record.",
        f"{country} ('base.state_us_5'): {other.format('res.country.state', 'res.country')}",
    ]


def test_rights_count_too(server, odoo, root):
    server.store.denied.add(("res.partner", "create"))
    assert 'config/project.yml: The user "admin" has no right to create res.partner.' in said(root, odoo)


def test_another_version_ends_the_questions(odoo, tmp_path):
    root = project_of(tmp_path, TABLES, version="16.0")
    assert said(root, odoo) == [f"config/project.yml: The project is for Odoo 16.0, this server runs {odoo.version}."]

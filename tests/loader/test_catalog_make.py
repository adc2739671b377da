"""catalog make: what a server can store, read off the small Odoo that answers as recorded servers did."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from odoo_migrate import catalog
from odoo_migrate.catalog import catalog_files
from odoo_migrate.odoo import server_catalog, server_records
from odoo_migrate.odoo.client import connect
from odoo_migrate.odoo.credentials import Secret
from tests.loader_shell import Said, here
from tests.odoo_http import Server, serving
from tests.odoo_store import DATABASE, KEY, PASSWORD, USER, Store

RECORDED = ("res.partner", "res.partner.category", "crm.lead", "product.template", "product.category", "res.country")
REFERRED = ("res.country.state", "res.currency", "account.move")


def registered(store: Store, model: str) -> None:
    """List a model and its fields as Odoo does, with the modules that bring and extend them."""
    known = store.catalog.model(model)
    store.put("ir.model", "", {"model": model, "name": known.label, "modules": f"a_first_one, {known.module}"})
    for field in known.fields.values():
        modules = f"a_first_one, {field.module}" if field.module else ""
        links = {"relation": field.relation, "relation_field": field.relation_field, "required": field.required}
        listed(store, model, field.name, modules=modules, ttype=field.type, field_description=field.label, **links)


def listed(store: Store, model: str, name: str, **values: Any) -> None:
    """Put a field into Odoo's own list of fields."""
    store.put("ir.model.fields", "", {"model": model, "name": name, "store": True, **values})


def described(odoo: Store, model: str, name: str, **values: Any) -> None:
    """Let a model describe a field that Odoo's own list has too."""
    odoo.model(model).fields[name] = {"string": "X", **values}
    listed(odoo, model, name, ttype=values["type"], readonly=values.get("readonly", False))


@pytest.fixture(params=["17.0", "18.0", "19.0"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    store = Store(request.param)
    for model in (*RECORDED, *REFERRED):
        registered(store, model)
    for model in ("res.partner", "product.category"):  # the recordings hold only what can be written
        described(store, model, "complete_name", type="char", readonly=True, store=True, depends=["name"])
    with serving(store) as running:
        yield running


def made(server: Server, folder: Path, *more: str) -> Said:
    where = ("--url", server.url, "--db", DATABASE, "--username", USER)
    return here("catalog", "make", *where, "--out", folder, *more, ODOO_PASSWORD=PASSWORD)


def content(folder: Path, stem: catalog_files.Stem, version: str) -> Any:
    return json.loads(gzip.decompress((folder / catalog_files.file_name(stem, version)).read_bytes()))


def test_recorded_models_come_out_as_the_shipped_files_hold_them(server: Server, tmp_path: Path) -> None:
    version = server.store.version
    assert made(server, tmp_path).status == 0
    found = content(tmp_path, "odoo", version)
    shipped = catalog_files.read("odoo", version)
    assert found["odoo_version"] == shipped["odoo_version"]
    assert sorted(found["models"]) == sorted((*RECORDED, *REFERRED))
    for model in RECORDED:
        described = server.store.recorded[model]["fields"]
        ours, theirs = found["models"][model], shipped["models"][model]
        assert {key: value for key, value in ours.items() if key != "fields"} == {
            key: value for key, value in theirs.items() if key != "fields"
        }
        # The recordings hold the first twenty of long lists of choices, and nothing of the other side of a relation.
        unlike = {
            name for name in described if comparable(ours["fields"].get(name, {})) != comparable(theirs["fields"][name])
        }
        assert unlike == set()


def comparable(field: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in field.items() if key not in {"selection", "relation_field", "module"}}


def test_the_module_is_the_one_that_brings_a_field(server: Server, tmp_path: Path) -> None:
    assert made(server, tmp_path).status == 0
    fields = content(tmp_path, "odoo", server.store.version)["models"]["res.partner"]["fields"]
    known = server.store.catalog.model("res.partner").fields
    assert {fields[name]["module"] or "" for name in fields} == {known[name].module for name in fields}
    assert all((fields[name]["module"] or "") == known[name].module for name in fields)


def test_read_only_fields_that_a_load_can_fill_are_marked(server: Server, tmp_path: Path) -> None:
    readonly = {"readonly": True, "store": True}
    choices = [["entry", "Journal Entry"]]
    store, model = server.store, "account.move"
    described(store, model, "move_type", type="selection", required=True, selection=choices, **readonly)
    described(store, model, "amount_x", type="float", depends=["line_ids"], **readonly)
    described(store, model, "country_x", type="char", related="partner_id.name", **readonly)
    described(store, model, "shown_x", type="char", readonly=True, store=False)
    said = made(server, tmp_path, "--json")
    assert said.json["readonly"] == ["account.move.move_type"]
    found = content(tmp_path, "odoo", server.store.version)["models"]["account.move"]["fields"]
    assert found["move_type"] == {
        "type": "selection", "label": "X", "module": None, "required": True, "readonly": True,
        "selection": [["entry", "Journal Entry"]],
    }  # fmt: skip
    assert not {"amount_x", "country_x", "shown_x", "create_date", "display_name", "id"} & set(found)


def test_fields_that_no_record_has_and_secrets_are_left_out(server: Server, tmp_path: Path) -> None:
    store = server.store
    store.model("res.partner").fields["in_group_12"] = {"type": "boolean", "string": "A right"}
    for name in ("access_token", "password", "signup_type", "totp_secret"):
        described(store, "res.partner", name, type="char")
    assert made(server, tmp_path).status == 0
    fields = content(tmp_path, "odoo", store.version)["models"]["res.partner"]["fields"]
    assert "email" in fields
    assert not {"in_group_12", "access_token", "password", "signup_type", "totp_secret"} & set(fields)


@pytest.mark.parametrize(
    ("kind", "default", "filled"),
    [
        ("float", 0.0, True),
        ("integer", 0, True),
        ("boolean", False, True),
        ("selection", "draft", True),
        ("many2one", 1, True),
        ("many2one", False, False),
        ("char", "", False),
        ("char", False, False),
    ],
)
def test_a_default_of_nought_fills_a_required_field_and_an_empty_one_does_not(
    tmp_path: Path, kind: str, default: Any, filled: bool
) -> None:
    store = Store("18.0")
    for model in ("res.partner", "product.template"):  # the two ways in which default_get has to be asked
        registered(store, model)
        described(store, model, "amount_x", type=kind, required=True)
        store.model(model).defaults["amount_x"] = default
    with serving(store) as server:
        assert made(server, tmp_path).status == 0
    for model in ("res.partner", "product.template"):
        fields = content(tmp_path, "odoo", "18.0")["models"][model]["fields"]
        assert fields["amount_x"].get("has_default", False) is filled


def test_defaults_are_asked_in_the_way_that_worked_before(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store("19.0")
    # One model is asked for its defaults as if it were of the other kind.
    monkeypatch.setattr(server_records, "_DEFAULTS_OF_RECORDS", frozenset({"res.partner"}))
    for secret, kind, refused in ((PASSWORD, "password", 1), (KEY, "key", 0)):
        with serving(store) as server, connect(server.url, DATABASE, USER, Secret(secret), kind=kind) as odoo:
            store.calls.clear()
            for _ in range(3):
                assert server_records.defaults(odoo, "res.partner", ["type", "name"]) == {"type": "contact"}
            assert len(store.calls) == 3 + refused


def test_over_json_2_defaults_are_asked_by_the_name_that_a_model_gives_them() -> None:
    store = Store("19.0")
    store.model("product.template").defaults["list_price"] = 1.0
    with serving(store) as server, connect(server.url, DATABASE, USER, Secret(KEY), kind="key") as odoo:
        store.calls.clear()
        for _ in range(2):
            assert server_records.defaults(odoo, "product.template", ["list_price"]) == {"list_price": 1.0}
        assert [set(named) for _, _, _, named in store.calls] == [{"fields"}, {"fields_list"}, {"fields_list"}]


def test_fields_that_a_feature_hides_come_from_odoos_own_list(server: Server, tmp_path: Path) -> None:
    hidden = {"ttype": "many2one", "relation": "res.currency", "field_description": "Hidden", "store": True}
    server.store.put(
        "ir.model.fields", "", {"model": "res.partner", "name": "hidden_id", "modules": "base, mail", **hidden}
    )
    assert made(server, tmp_path).status == 0
    assert content(tmp_path, "odoo", server.store.version)["models"]["res.partner"]["fields"]["hidden_id"] == {
        "type": "many2one", "label": "Hidden", "module": "base", "relation": "res.currency",
    }  # fmt: skip


def test_the_records_that_odoo_ships_with(server: Server, tmp_path: Path) -> None:
    choices = [["entry", "Journal Entry"], ["out_invoice", "Customer Invoice"]]
    server.store.model("account.move").fields["move_type"] = {"type": "selection", "selection": choices}
    made(server, tmp_path)
    found = content(tmp_path, "reference", server.store.version)
    assert set(found) == {"major", "countries", "states", "currencies", "product_categories", "move_types"}
    assert found["move_types"] == choices
    shipped = catalog.reference(server.store.version)
    for group in ("countries", "states", "currencies"):
        assert all(set(ours) <= set(theirs) for ours, theirs in zip(found[group], shipped[group], strict=True))
        told = [(one["xml_id"], one["name"]) for one in found[group]]
        assert told == [(one["xml_id"], one["name"]) for one in shipped[group]]


def test_the_same_server_gives_the_same_files(server: Server, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        assert made(server, tmp_path / folder).status == 0
    for stem in ("odoo", "reference"):
        name = catalog_files.file_name(stem, server.store.version)
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_further_models_are_taken_where_they_are_named(tmp_path: Path) -> None:
    store = Store()
    store.put("ir.model", "", {"model": "ir.module.module", "name": "Module", "modules": "base"})
    for name in store.model("ir.module.module").fields:
        listed(store, "ir.module.module", name, ttype="char")
    with serving(store) as server:
        assert made(server, tmp_path, "--model", "ir.module.module").status == 0
        found = content(tmp_path, "odoo", "18.0")["models"]["ir.module.module"]
        assert (found["rec_name"], found["module"], sorted(found["fields"])) == (
            "name", "base", ["name", "shortdesc", "state"],
        )  # fmt: skip
        refused = made(server, tmp_path / "none", "--model", "no.model")
        assert (refused.status, refused.out) == (2, "")
        assert "no model no.model; nothing was written" in refused.err
        assert not (tmp_path / "none").exists()


def test_shipped_files_are_packed_as_new_ones_are(tmp_path: Path) -> None:
    for version in catalog.VERSIONS:
        for stem in ("odoo", "reference"):
            shipped = catalog_files.read(stem, version)
            path = catalog_files.write(tmp_path, stem, version, shipped)
            packed = Path(catalog.__file__).with_name(path.name).read_bytes()
            assert gzip.decompress(path.read_bytes()) == gzip.decompress(packed)
            assert path.read_bytes()[4:8] == bytes(4)  # no time of writing


def test_every_group_of_the_shipped_records_is_read_with_the_same_values() -> None:
    groups = {group.name: group for group in server_catalog.GROUPS}
    choices = {name for name, _, _ in server_catalog.CHOICES}
    for version in catalog.VERSIONS:
        shipped = catalog.reference(version)
        assert set(shipped) - {"major"} <= set(groups) | choices
        for name in set(shipped) & set(groups):
            kept = {key.removesuffix("_xml_id") for key in shipped[name][0]} - {"id", "xml"}
            assert kept - {"xml_id"} <= set(groups[name].fields) | {"name"}, name

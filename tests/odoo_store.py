"""A small Odoo in memory, for tests where no real one is: records of any model, and the methods that a load uses.

What it answers was recorded from real servers (`record_odoo.py`); `test_loader_client_store.py` asks it the same
questions and wants the same answers, so that it cannot drift. Fields come from those recordings where they hold the
model, from the catalog otherwise; Odoo's own records from the catalog.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from odoo_migrate import catalog
from odoo_migrate.rules.required_fields import FILLED_BY_ODOO

RECORDED = Path(__file__).parent / "odoo_recorded"
PASSWORD, KEY, USER, DATABASE = "a good password", "key-0123456789abcdef", "admin", "test"
NUMBERS = {"boolean", "integer", "float", "monetary"}
ADDRESS = ("street", "street2", "zip", "city", "state_id", "country_id")
SHARED = ("vat", "company_registry", "industry_id")  # a contact has these from its company

# Models that are no business of a load's, with what is asked of them.
SYSTEM = {
    "ir.model.data": {"module": "char", "name": "char", "model": "char", "res_id": "integer", "noupdate": "boolean"},
    "ir.module.module": {"name": "char", "shortdesc": "char", "state": "selection"},
    "ir.config_parameter": {"key": "char", "value": "char"},
    "ir.model": {"model": "char", "name": "char", "modules": "char"},
    "ir.model.fields": {
        "model": "char",
        "name": "char",
        "ttype": "char",
        "field_description": "char",
        "modules": "char",
        "relation": "char",
        "relation_field": "char",
        "related": "char",
        "size": "integer",
        "on_delete": "char",
        "required": "boolean",
        "readonly": "boolean",
        "store": "boolean",
    },
    "base_import.import": {"res_model": "char", "file": "binary"},
    "base_import.mapping": {"res_model": "char", "column_name": "char", "field_name": "char"},
    "res.lang": {"name": "char", "code": "char", "active": "boolean"},
}


# Fields of all models that Odoo fills itself.
OF_ALL = {
    "display_name": {"type": "char", "string": "Display Name", "store": False, "readonly": True},
    "create_date": {"type": "datetime", "string": "Created on", "store": True, "readonly": True},
    "create_uid": {
        "type": "many2one",
        "relation": "res.users",
        "string": "Created by",
        "store": True,
        "readonly": True,
    },
}
# Sentences that are not the same in all versions.
WORDS = {
    "required": {
        "18": "Missing required value for the field '{label}' ({name})",
        "19": "Missing required value for the field '{label}' ({name}).\nModel: … ({model})\n",
    },
    "name": {"18": "'Contacts require a name'", "19": "Contacts require a name"},
    "code": {
        "18": "The value for the field 'code' already exists (this is probably 'Country Code' in the current model).",
        "19": "The code of the country must be unique!",
    },
    "unreadable": {"18": "Invalid field '{name}' on model '{model}'", "19": "Invalid field '{name}' on '{model}'"},
}


class ServerFault(Exception):
    """An exception that the server serializes into its answer."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name
        self.message = message


def user_error(message: str, kind: str = "ValidationError") -> ServerFault:
    return ServerFault(f"odoo.exceptions.{kind}", message)


class Refused(Exception):
    """The database refuses a record: which field, if it tells, and Odoo's words."""

    def __init__(self, message: str, field: str = "", *, of_odoo: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.of_odoo = of_odoo  # from Odoo's own checks, not from the database: then it is told of the whole batch


class Model:
    """Fields as `fields_get` describes them, and records: values by field under the database ID."""

    def __init__(self, name: str, fields: Mapping[str, Mapping[str, Any]], defaults: Mapping[str, Any]) -> None:
        self.name = name
        self.fields = {"id": {"type": "integer", "string": "ID", "store": True, "readonly": True}, **OF_ALL, **fields}
        self.defaults = dict(defaults)
        self.records: dict[int, dict[str, Any]] = {}
        self.next_id = 1

    def blank(self) -> dict[str, Any]:
        return {name: empty(field["type"]) for name, field in self.fields.items() if name != "id"}

    def new_id(self) -> int:
        self.next_id += 1
        return self.next_id - 1

    def label(self, name: str) -> str:
        return str(self.fields[name].get("string") or name)

    def needed(self) -> list[str]:
        """Fields that the database refuses empty."""
        filled = FILLED_BY_ODOO.get(self.name, set())
        return [
            name
            for name, field in self.fields.items()
            if field.get("required") and field.get("store", True)
            if name not in filled and field["type"] not in NUMBERS | {"one2many"}
        ]


def empty(kind: str) -> Any:
    """What Odoo shows of a field that holds nothing."""
    if kind in {"many2many", "one2many"}:
        return []
    return {"integer": 0, "float": 0.0, "monetary": 0.0}.get(kind, False)


class Store:
    """The database. `calls` lists (model, method, positional, named) as they came; `writes` counts calls that stored
    something; `denied` holds (model, operation) that the user has no right to; `faults` what any call of a
    model meets.
    """

    def __init__(self, version: str = "18.0") -> None:
        self.version = version
        self.catalog = catalog.load(version)
        self.lock = threading.RLock()
        self.models: dict[str, Model] = {}
        self.xids: dict[str, int] = {}  # external ID -> its record of ir.model.data
        self.calls: list[tuple[str, str, Sequence[Any], Mapping[str, Any]]] = []
        self.writes = 0
        self.denied: set[tuple[str, str]] = set()
        self.uninstalled: set[str] = set()
        self.faults: dict[str, ServerFault] = {}
        self.undo: list[Callable[[], object]] = []
        self.users = {USER: PASSWORD}
        self.now, self.user = "2024-01-01 00:00:00", 2  # when, and by whom, records are created
        self.recorded = recorded_models(version)
        self._seed()

    def has(self, model: str) -> bool:
        known = model in self.recorded or model in self.catalog or model in SYSTEM
        return known and model not in self.uninstalled

    def model(self, name: str) -> Model:
        if name not in self.models or name in self.uninstalled:
            if not self.has(name):
                raise user_error(f"Object {name} doesn't exist", "UserError")
            self.models[name] = self._made(name)
        return self.models[name]

    def _made(self, name: str) -> Model:
        if name in self.recorded:
            return Model(name, self.recorded[name]["fields"], self.recorded[name]["defaults"])
        if name in SYSTEM:
            return Model(name, {field: {"type": kind, "string": field} for field, kind in SYSTEM[name].items()}, {})
        fields = {field.name: described(field) for field in self.catalog.model(name).fields.values()}
        given = {field.name: default(field) for field in self.catalog.model(name).fields.values() if field.has_default}
        return Model(name, fields, given)

    def _seed(self) -> None:
        """Odoo's own records."""
        reference = catalog.reference(self.version)
        for model, table, names in (
            ("res.country", "countries", ("name", "code")),
            ("res.country.state", "states", ("name", "code")),
            ("res.currency", "currencies", ("name", "symbol")),
        ):
            for row in reference[table]:
                self.put(model, row["xml_id"], {name: row[name] for name in names if name in row})
        self.put("res.partner", "base.main_partner", {"name": "My Company", "is_company": True})
        self.put("res.company", "base.main_company", {"name": "My Company"})
        self.put("res.users", "base.user_root", {"name": "OdooBot", "login": "__system__"})
        self.put("res.users", "base.user_admin", {"name": "Administrator", "login": USER, "company_ids": [1]})
        self.put("res.lang", "base.lang_en", {"name": "English (US)", "code": "en_US", "active": True})
        self.put("ir.config_parameter", "", {"key": "database.uuid", "value": "11111111-2222-3333-4444-555555555555"})
        self.undo.clear()

    def put(self, model: str, external_id: str, values: Mapping[str, Any]) -> int:
        """A record as it stands, without any of Odoo's rules."""
        place = self.model(model)
        known = {name: value for name, value in {"active": True, **values}.items() if name in place.fields}
        new = self.insert(place, {**place.blank(), **known})
        if external_id:
            self.name(external_id, model, new)
        return new

    def insert(self, model: Model, values: dict[str, Any]) -> int:
        new = model.new_id()
        model.records[new] = {**values, "create_date": self.now, "create_uid": self.user}
        self.undo.append(lambda: model.records.pop(new, None))
        return new

    def change(self, model: Model, record: int, values: Mapping[str, Any]) -> None:
        old = dict(model.records[record])
        self.undo.append(lambda: model.records.__setitem__(record, old))
        model.records[record].update(values)

    def remove(self, model: Model, record: int) -> None:
        old = model.records.pop(record)
        self.undo.append(lambda: model.records.__setitem__(record, old))

    def name(self, external_id: str, model: str, record: int) -> None:
        module, _, name = external_id.partition(".")
        names = self.model("ir.model.data")
        row = self.insert(names, {"module": module, "name": name, "model": model, "res_id": record, "noupdate": False})
        self.xids[external_id] = row
        self.undo.append(lambda: self.xids.pop(external_id, None))

    def named(self, external_id: str) -> tuple[str, int] | None:
        """Model and database ID behind an external ID."""
        row = self.model("ir.model.data").records.get(self.xids.get(external_id, 0))
        return (row["model"], row["res_id"]) if row else None

    def undone(self, mark: int) -> None:
        """Back to where `undo` had `mark` entries."""
        while len(self.undo) > mark:
            self.undo.pop()()

    def rows(self, model: str) -> list[dict[str, Any]]:
        """All records of a model with their external IDs, for a test to look at."""
        with self.lock:
            names = {(row["model"], row["res_id"]): xid for xid in self.xids if (row := self._name_row(xid))}
            records = self.model(model).records
            return [
                {"id": number, "xid": names.get((model, number), ""), **values} for number, values in records.items()
            ]

    def _name_row(self, external_id: str) -> dict[str, Any] | None:
        return self.model("ir.model.data").records.get(self.xids[external_id])

    def words(self, what: str, **named: str) -> str:
        """A sentence as this version of Odoo says it."""
        return WORDS[what]["19" if self.version >= "19" else "18"].format(**named)

    # What the database and Odoo's models check and do besides.

    def create(self, name: str, given: Mapping[str, Any]) -> int:
        model = self.model(name)
        new = self.insert(model, {**model.blank(), **model.defaults, **given})
        self._after(model, new, given, created=True)
        return new

    def write(self, name: str, record: int, given: Mapping[str, Any]) -> None:
        model = self.model(name)
        self.change(model, record, given)
        self._after(model, record, given, created=False)

    def _after(self, model: Model, record: int, given: Mapping[str, Any], *, created: bool) -> None:
        values = model.records[record]
        if missing := next((name for name in model.needed() if values[name] is False), ""):
            raise Refused(self.words("required", label=model.label(missing), name=missing, model=model.name), missing)
        if model.name == "res.partner" and not values["name"] and values.get("type", "contact") == "contact":
            raise Refused(self.words("name"))
        if any(False in value for value in values.values() if isinstance(value, list)):
            raise Refused('column "category_id" is of type integer but expression is of type boolean\nLINE 1: …')
        self._only_once(model, record)
        self._no_circle(model, record)
        if model.name == "res.partner":
            self._address(model, record, given, created)

    def _only_once(self, model: Model, record: int) -> None:
        values = model.records[record]
        if model.name == "res.partner" and values.get("barcode") and self._twins(model, record, "barcode"):
            raise Refused("Another partner already has this barcode", of_odoo=True)
        if model.name == "res.country" and values.get("code") and self._twins(model, record, "code"):
            told = (
                "The value for the field 'code' already exists (this is probably 'Country Code' in the current model)."
            )
            raise Refused(told, "code")

    def _twins(self, model: Model, record: int, field: str) -> bool:
        value = model.records[record][field]
        return any(number != record and other[field] == value for number, other in model.records.items())

    def _no_circle(self, model: Model, record: int) -> None:
        if model.fields.get("parent_id", {}).get("relation") != model.name:
            return
        seen, at = {record}, model.records[record]["parent_id"]
        while at:
            if at in seen:
                partner = model.name == "res.partner"
                told = "You cannot create recursive Partner hierarchies." if partner else "Recursion Detected."
                raise Refused(told, of_odoo=True)
            seen.add(at)
            at = model.records[at]["parent_id"] if at in model.records else False

    def _address(self, model: Model, record: int, given: Mapping[str, Any], created: bool) -> None:
        """A contact of type "contact" lives where its parent does; see needs.ADDRESS."""
        values, parent = model.records[record], model.records.get(model.records[record]["parent_id"] or 0)
        children = [number for number, one in model.records.items() if one["parent_id"] == record]
        if parent is not None and given.get("parent_id"):
            top = parent if not values["is_company"] else None
            self.change(model, record, {name: top[name] for name in SHARED if name in values} if top else {})
        moved = given.get("parent_id") or given.get("type") == "contact"
        if parent is not None and values["type"] == "contact" and moved and any(parent[name] for name in ADDRESS):
            self.change(model, record, {name: parent[name] for name in ADDRESS})
        for child in children:
            if model.records[child]["type"] == "contact" and any(name in given for name in ADDRESS):
                self.change(model, child, {name: given[name] for name in ADDRESS if name in given})
        if parent is not None and self.version >= "19" and values["type"] == "contact":
            self._shared_address(model, record, given, parent)
        elif created and parent is not None:
            self._first_contact(model, record, parent)

    def _shared_address(self, model: Model, record: int, given: Mapping[str, Any], parent: Mapping[str, Any]) -> None:
        """From 19 on, the address of a contact is that of its company: changing one changes the other."""
        values = model.records[record]
        address = {name: values[name] for name in ADDRESS}
        if not any(name in given for name in (*ADDRESS, "parent_id")) or address == {
            name: parent[name] for name in ADDRESS
        }:
            return
        self.change(model, values["parent_id"], address)
        for number, one in model.records.items():
            if one["parent_id"] == values["parent_id"] and one["type"] == "contact":
                self.change(model, number, address)

    def _first_contact(self, model: Model, record: int, parent: dict[str, Any]) -> None:
        values = model.records[record]
        siblings = [one for one in model.records.values() if one["parent_id"] == values["parent_id"]]
        if not (parent["is_company"] or not parent["parent_id"]) or len(siblings) > 1:
            return
        if any(values[name] for name in ADDRESS) and not any(parent[name] for name in ADDRESS):
            self.change(model, values["parent_id"], {name: values[name] for name in ADDRESS})


def recorded_models(version: str) -> dict[str, dict[str, Any]]:
    """What the real server of that version said of its models: `fields` and `defaults` by model."""
    file = RECORDED / f"models-{version}.json"
    found: dict[str, dict[str, Any]] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return found


def described(field: catalog.OdooField) -> dict[str, Any]:
    """A field of the catalog as `fields_get` would describe it."""
    told: dict[str, Any] = {"type": field.type, "string": field.label, "required": field.required, "readonly": False}
    told["store"] = True
    if field.relation:
        told["relation"] = field.relation
    if field.selection:
        told["selection"] = [list(pair) for pair in field.selection]
    if field.digits:
        told["digits"] = list(field.digits)
    return told


def default(field: catalog.OdooField) -> Any:
    """A default as good as any: the catalog tells only that there is one."""
    if field.type == "selection":
        return field.selection[0][0] if field.selection else False
    usual = {"boolean": field.name == "active", "date": "2024-01-01", "datetime": "2024-01-01 00:00:00", "many2one": 1}
    return usual.get(field.type, "New" if field.required and field.type in {"char", "text"} else empty(field.type))


def matching(rows: Iterable[tuple[int, dict[str, Any]]], domain: Sequence[Any]) -> list[int]:
    """The database IDs of the records for which a domain holds."""
    terms = [_prepared(term) for term in domain]
    return [number for number, values in rows if _holds(list(terms), {"id": number, **values})]


def _prepared(term: Any) -> Any:
    """A list to look in as a set: it is looked into once for every record."""
    if isinstance(term, str) or term[1] not in {"in", "not in"}:
        return term
    return [term[0], term[1], frozenset(term[2])]


def _holds(domain: list[Any], values: Mapping[str, Any]) -> bool:
    """Odoo's prefix notation: terms without an operator before them must all hold."""
    results = []
    while domain:
        results.append(_next(domain, values))
    return all(results)


def _next(domain: list[Any], values: Mapping[str, Any]) -> bool:
    term = domain.pop(0)
    if term == "!":
        return not _next(domain, values)
    if term in ("&", "|"):
        first, second = _next(domain, values), _next(domain, values)
        return (first and second) if term == "&" else (first or second)
    name, operator, wanted = term
    return _compared(values.get(name, False), operator, wanted)


def _compared(value: Any, operator: str, wanted: Any) -> bool:
    many = value if isinstance(value, list) else [value]
    if operator in {"in", "not in"}:
        return any(one in wanted for one in many) == (operator == "in")
    if operator in {"=", "!="}:
        same = any(one == wanted or (not one and not wanted and wanted is not None) for one in many)
        return same == (operator == "=")
    text, sought = str(value or "").lower(), str(wanted or "").lower().replace("%", "")
    if operator in {"ilike", "like"}:
        return bool(value) and sought in text
    if operator == "=ilike":
        return bool(value) and sought == text
    compare = {">": value > wanted, ">=": value >= wanted, "<": value < wanted, "<=": value <= wanted}
    return compare[operator]

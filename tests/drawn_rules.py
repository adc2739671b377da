"""Sheets, recipes and Odoo versions drawn by a seed, full of cells that Odoo takes, refuses or stores otherwise."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from random import Random
from typing import Any

import yaml

from engine.bundle.lookup_tables import SHIPPED
from odoo_migrate import catalog
from odoo_migrate.catalog import Catalog, OdooField, OdooModel
from odoo_migrate.rules.required_fields import must_be_mapped
from tests.drawn_workbooks import Drawn

SPACES = [" ", "\u00a0", "\x1f", "\u2003"]
TEXTS = ["Acme", "a < b", " padded ", "", "x" * 70, "1.50\n", *SPACES]
# Good ones first: a cell is mostly one of those.
CELLS: dict[str, list[str]] = {
    "boolean": ["1", "0", "TRUE", "no", "", "y", "x", " yes", "ye\u017f", " "],
    "date": [
        "2026-01-31",
        "2024-02-29",
        "",
        "0000-01-01",
        "2026-02-30",
        "31.01.2026",
        "2026-01-31 10:00",
        "0001-01-01",
    ],
    "datetime": ["2026-01-31", "2026-01-31 14:30:59", "", "2026-01-31T14:30", "2026-01-31 24:00", "0000-01-01 10:00"],
    "integer": ["3", "-1", "", "2147483647", "2147483648", "3.0", "000000000000012", "\u0663", "1" * 40, "-0", "1e3"],
    "float": ["1234.56", "-.5", "1e3", "", "1.23456789", "1,5", "nan", "5%", "\u0663", "1e999"],
    "monetary": ["12.00", "7", "", "12,00", "0.125"],
    "binary": ["aGVsbG8=", "", "hello!", "aGVsbG8", " "],
    "char": TEXTS,
    "text": TEXTS,
    "html": TEXTS,
    "lang": ["en_US", "DE_de", "", "German", "de"],
    "tz": ["Europe/Brussels", "utc", "", "Europe/Brussel", " ", "posix/Europe/Brussels", "localtime", "Factory"],
}
MODELS = (
    "account.account", "account.journal", "account.payment.term", "crm.lead", "hr.department", "hr.employee",
    "product.category", "product.product", "product.supplierinfo", "product.template", "project.project",
    "project.task", "purchase.order.line", "res.bank", "res.company", "res.country.state", "res.partner",
    "res.partner.bank", "res.partner.category", "res.users", "sale.order", "sale.order.line", "stock.location",
)  # fmt: skip
SHIPPED_CELLS = {
    "res.country": ["US", "Belgium", "be", "", "Nowhere", "no"],
    "res.country.state": ["US-CA", "us-ny", "IN-PB", "", "CA", "Punjab"],
    "res.currency": ["EUR", "usd", "", "Taler"],
    "uom.uom": ["Units", "kg", "", "Furlong"],
    "res.lang": ["en_US", "fr_FR", "", "Latin"],
}
CONSTANTS = ["base.us", "base.zz", "a.b,c.d", "no", "migr.one.K1", "US", "other.x", ""]
# The last three can be opened as files on many machines, and are no time zones: such a recipe is refused.
ZONES = [*["UTC", "Europe/Brussels"] * 10, "posix/Europe/Brussels", "localtime", "Factory"]
NAMESPACES = ["migr", "migr", "migr", "migr", "sale", "shop"]


def drawn_rules(seed: int) -> Drawn:
    """The files and the recipe of a seed: any model, contacts in two sheets, or orders with their lines."""
    draws = _Draws(seed)
    make: list[Callable[[], Drawn]] = [draws.any_model, draws.contacts, draws.orders]
    return make[seed % 3]()


class _Draws:
    """One drawn dataset. `odds` is the chance that a cell is a good one."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.odds = self.random.choice([0.5, 0.85, 0.97])
        self.version = self.random.choice(catalog.VERSIONS)
        self.lookups: dict[str, Any] = {}

    @property
    def known(self) -> Catalog:
        return catalog.load(self.version)

    def maybe(self, chance: float) -> bool:
        return self.random.random() < chance

    def cell(self, values: list[str]) -> str:
        good = [value for value in values[:2] if value] or values
        return self.random.choice(good) if self.maybe(self.odds) else self.random.choice(values)

    def recipe(self, sheets: dict[str, Any]) -> str:
        content = {
            "recipe": 1, "odoo_version": self.version, "namespace": "migr",
            "timezone": self.random.choice(ZONES), "sheets": sheets, "lookups": self.lookups,
        }  # fmt: skip
        return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)

    def key(self, number: int) -> str:
        return self.random.choice(["", " ", "K1", "K 1", "K/1"]) if self.maybe(0.04) else f"K{number}"

    # --- any model

    def any_model(self) -> Drawn:
        model = self.known.model(self.random.choice([one for one in MODELS if one in self.known]))
        needed = [field.name for field in must_be_mapped(model, set())]
        others = [name for name, field in model.fields.items() if name not in needed and field.type != "one2many"]
        names = [*needed, *self.random.sample(others, min(len(others), 6))]
        names = [name for name in names if self.maybe(0.98)]
        fields, columns, constants = {}, {"Key": [self.key(n) for n in range(self.random.randint(1, 12))]}, {}
        for name in dict.fromkeys(names):
            field = model.fields[name]
            if self.maybe(0.08):
                constants[field.import_name] = self.constant(field)
                continue
            entry, pool = self.filled(field, model)
            if entry is not None:
                fields[field.import_name] = {"source": name, **entry}
                columns[name] = [self.cell(pool) for _ in columns["Key"]]
        namespace = self.random.choice(NAMESPACES)
        target: dict[str, Any] = {"id": f"{namespace}.one.{{Key}}", "fields": fields}
        if constants:
            target["values"] = constants
        if self.maybe(0.1):
            target["when"] = "Key"
        sheets = {"one": {"targets": {model.name: target}}}
        return Drawn({"one.csv": _csv(columns)}, self.recipe(sheets))

    def constant(self, field: OdooField) -> str:
        pool = CONSTANTS if field.relational else self.pool(field)
        return self.random.choice(pool).strip("\x1f")

    def pool(self, field: OdooField) -> list[str]:
        if field.name in {"lang", "tz"}:
            return CELLS[field.name]
        if field.type == "selection":
            texts = [text for choice in field.selection[:4] for text in choice]
            return [*texts, *(text.upper() for text in texts), "", "gadget", " "]
        if field.name == "barcode":
            return ["4006381333931", "", "123", "123"]
        return CELLS.get(field.type, TEXTS)

    def filled(self, field: OdooField, model: OdooModel) -> tuple[dict[str, str] | None, list[str]]:
        """(how a column fills the field, its cells)."""
        if not field.relational:
            return {}, self.pool(field)
        if field.type == "one2many":
            return None, []
        if field.relation == model.name and field.type == "many2one":
            return {"ref": model.name}, ["K1", "K2", "", "K3", "K0", "no", "Z", " "]
        several = {"separator": ";"} if field.type == "many2many" else {}
        if field.relation in SHIPPED and not several and self.maybe(0.7):
            return {}, SHIPPED_CELLS.get(field.relation, ["A", ""])
        name = self.lookup(field.relation)
        return {"lookup": name, **several}, ["A", "B", "", "A;B", ";", "C", "no", "D", " ", "A; ;Z"]

    def lookup(self, model: str) -> str:
        """A lookup of records of a model: pointing, or creating where that may be."""
        name = "lk_" + model.replace(".", "_")
        own = {"A": "other_mod.a", "B": "other_mod.b", "C": self.random.choice(CONSTANTS[:1] + CONSTANTS[4:6])}
        zz = {"D": "base.zz"} if self.maybe(0.3) else {}
        create = model in self.known and self.maybe(0.4)
        self.lookups[name] = {"model": model, "create": True} if create else {"model": model, "entries": own | zz}
        return name

    # --- contacts

    def contacts(self) -> Drawn:
        """Contacts in two sheets that name each other as parents, and may be the same ones."""
        files, sheets = {}, {}
        for name in ("people", "more"):
            parent = "res.partner" if self.maybe(0.5) else "res.partner.more"
            options: dict[str, tuple[dict[str, Any], list[str]]] = {
                "Up": ({"field": "parent_id/id", "ref": parent}, ["", "", "K1", "K2", "K3", "M1", "M2", "no", " "]),
                "Kind": ({"field": "type"}, ["contact", "delivery", "", "Invoice Address", "boss", " "]),
                "Street": ({"field": "street"}, ["Main St 1", "", " "]),
                "Town": ({"field": "city"}, ["Ghent", "", " "]),
                "Land": ({"field": "country_id/id"}, ["US", "BE", "India", "", "no", "Nowhere", " "]),
                "State": ({"field": "state_id/id"}, ["US-CA", "US-NY", "IN-PB", "", "Punjab", " "]),
                "Lang": ({"field": "lang"}, CELLS["lang"]),
                "Zone": ({"field": "tz"}, CELLS["tz"]),
                "Bar": ({"field": "barcode"}, ["", "", "111", "222", "333"]),
                "Active": ({"field": "active"}, CELLS["boolean"]),
                "Color": ({"field": "color"}, CELLS["integer"]),
                "Tags": ({"field": "category_id/id", "lookup": "tag", "separator": ";"}, ["VIP", "", ";", "A;B", " "]),
                "Pic": ({"field": "image_1920"}, CELLS["binary"]),
                "Notes": ({"field": "comment"}, TEXTS),
                "Lat": ({"field": "partner_latitude"}, CELLS["float"]),
            }
            letter = "M" if name == "more" else "K"
            if self.maybe(0.15):
                letter = "K"
            count = self.random.randint(1, 8)
            columns = {"Code": [f"{letter}{n}" if self.maybe(0.95) else self.key(n) for n in range(count)]}
            columns["Name"] = [self.cell(["Ann", "Bob", "", " "]) for _ in range(count)]
            recipe: dict[str, Any] = {"Code": {"field": "ref"}, "Name": {"field": "name"}}
            for title, (entry, pool) in options.items():
                if self.maybe(0.4):
                    recipe[title], columns[title] = entry, [self.cell(pool) for _ in range(count)]
            target: dict[str, Any] = {"id": "migr.partner.{Code}"}
            values = {
                "country_id/id": ["base.us", "base.in"], "state_id/id": ["base.state_us_5"],
                "type": ["contact", "other"],
                "parent_id/id": ["migr.partner.K1", "other.x"],
            }  # fmt: skip
            used = {entry["field"] for entry in recipe.values()}
            chosen = {field: self.random.choice(pool) for field, pool in values.items() if field not in used}
            chosen = {field: value for field, value in chosen.items() if self.maybe(0.15)}
            if chosen:
                target["values"] = chosen
            sheets[name] = {"targets": {"res.partner": target}, "columns": recipe}
            files[f"{name}.csv"] = _csv(columns)
        self.lookups["tag"] = {"model": "res.partner.category", "create": True}
        return Drawn(files, self.recipe(sheets))

    # --- orders

    def orders(self) -> Drawn:
        """Orders with their lines, which may be headings or down payments."""
        count = self.random.randint(1, 15)
        pools: dict[str, list[str]] = {
            "Order": ["O1", "O2", "O3", "", " "], "Client": ["C1", "C2", "", "C9"], "Item": ["P1", "P2", "", "P9", " "],
            "Text": ["Bolt", "", " "], "Kind": ["", "", "line_section", "Note", "x"],
            "Advance": ["0", "1", "", "yes", "?"],
            "Qty": ["1", "2", "", "x"], "Day": CELLS["datetime"],
        }  # fmt: skip
        columns = {title: [self.cell(pool) for _ in range(count)] for title, pool in pools.items()}
        line = self.random.choice(["sale.order.line", "purchase.order.line"])
        order, quantity = line.removesuffix(".line"), "product_uom_qty" if line.startswith("sale") else "product_qty"
        fields: dict[str, Any] = {
            "order_id/id": {"source": "Order", "ref": order},
            "product_id/id": {"source": "Item", "ref": "product.product"},
            quantity: {"source": "Qty"},
        }
        for name, title in (("name", "Text"), ("display_type", "Kind"), ("is_downpayment", "Advance")):
            if name in self.known.model(line).fields and self.maybe(0.6):
                fields[name] = {"source": title}
        if self.maybe(0.05):
            del fields["product_id/id"]
        dated = {"date_order": {"source": "Day"}} if self.maybe(0.5) else {}
        sheets = {
            "clients": {"targets": {"res.partner": {"id": "migr.c.{No}"}}, "columns": {"No": {"field": "name"}}},
            "items": {"targets": {"product.product": {"id": "migr.p.{No}"}}, "columns": {"No": {"field": "name"}}},
            "lines": {
                "targets": {
                    order: {
                        "id": "migr.o.{Order}",
                        "fields": {"partner_id/id": {"source": "Client", "ref": "res.partner"}, **dated},
                    },
                    line: {"id": "migr.l.{Order}.{Order #}", "fields": fields},
                }
            },
        }
        files = {
            "clients.csv": _csv({"No": ["C1", "C2"]}),
            "items.csv": _csv({"No": ["P1", "P2"]}),
            "lines.csv": _csv(columns),
        }
        return Drawn(files, self.recipe(sheets))


def _csv(columns: dict[str, list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([list(columns), *zip(*columns.values(), strict=True)])
    return text.getvalue()

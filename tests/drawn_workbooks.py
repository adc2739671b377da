"""Workbooks and recipes drawn by a seed: the same seed gives the same files for ever, with any library."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from random import Random

NAMES = [
    "Acme GmbH",
    " Beta  Inc ",
    "O'Neil & Sons",
    "Müller, Anna",
    "écolé SARL",
    "",
    "IBM",
    "Łódź S.A.",
    "东京",
    "Beta Inc",
]
EMAILS = ["INFO@Acme.com", " bob@beta.test ", "mailto:x@y.org", "no mail", "", "a@b.test; c@d.test", "Ann <ann@x.test>"]
PHONES = ["(555) 123-4567", "555.987.6543", "+49 (0)30 901820", "0032 2 555 12 12", "12", "", "415-555-2671 x204"]
COUNTRIES = ["US", "USA.", "Deutschland", "UK", "", "Nowhere", "France", "US"]
STATES = ["CA", "California", "Bayern", "", "TX", "Punjab", "NRW"]
ZIPS = ["02134", "8000", "D-10115", "", "90210-1234", "SW1A 1AA"]
TAGS = ["VIP", "VIP;Wholesale", "Retail; VIP", "", "R&D", "R D", "A,B"]
DAYS = ["2026-01-31", "31.12.2025", "01/03/2012", "25/12/2012", "44197", "", "0000-01-01", "soon"]
AMOUNTS = ["1,234.50", "€ 12,5", "(1.62)", "7", "", "1.234", "abc", "0.125", "-3"]
BOOLEANS = ["Y", "no", "1", "0", "", "x", "maybe", "true"]
ZONES = ["Europe/Brussels", "UTC", "", "Europe/Brussel"]
TYPES = ["contact", "delivery", "", "Invoice Address", "other"]


@dataclass(frozen=True)
class Drawn:
    """Files by name, and the recipe that they are cleaned with."""

    files: dict[str, str]
    recipe: str


class Draws:
    """One drawn dataset. `odds` is the chance that a cell is what it should be, so that most rows can go."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.odds = self.random.choice([0.6, 0.9, 0.98])

    def pick(self, values: list[str], good: int = 0) -> str:
        """Any of `values`, mostly the one at `good`."""
        return values[good] if self.random.random() < self.odds else self.random.choice(values)

    def some(self, options: list[str]) -> str:
        """Some of `options`, in their order, as the steps of a recipe."""
        chosen = [one for one in options if self.random.random() < 0.6]
        return f"[{', '.join(chosen)}]"

    def code(self, stem: str, number: int) -> str:
        """A key; now and then one that is repeated, empty or differs from another in its signs alone."""
        if self.random.random() < 0.03:
            return self.random.choice(["", f"{stem}1", f"{stem} 1", f"{stem}/1"])
        return f"{stem}{number}"


def drawn(seed: int) -> Drawn:
    """The files and the recipe of a seed: contacts, products, or orders with their customers."""
    draws = Draws(seed)
    make = [contacts, products, orders][seed % 3]
    return make(draws)


def contacts(draws: Draws) -> Drawn:
    """Contacts with a parent among themselves, addresses, tags, dates and numbers."""
    titles = ["Code", "Name", "Email", "Phone", "Country", "State", "Zip", "City", "Tags", "Parent", "Kind", "Since",
              "Active", "Credit", "Zone"]  # fmt: skip
    count = draws.random.randint(3, 60)
    rows = []
    for number in range(count):
        parent = f"C{draws.random.randint(0, count)}" if draws.random.random() < 0.3 else ""
        rows.append([
            draws.code("C", number), draws.pick(NAMES, number % 3), draws.pick(EMAILS), draws.pick(PHONES),
            draws.pick(COUNTRIES), draws.pick(STATES), draws.pick(ZIPS), draws.pick(["Boston", "", "  Paris "]),
            draws.pick(TAGS), parent, draws.pick(TYPES), draws.pick(DAYS), draws.pick(BOOLEANS, 2),
            draws.pick(AMOUNTS, 3), draws.pick(ZONES),
        ])  # fmt: skip
    version = draws.random.choice(["16.0", "17.0", "18.0", "19.0"])
    kind = "\n      Kind: { field: type }" if draws.random.random() < 0.4 else ""
    zone = "\n      Zone: { field: tz }" if draws.random.random() < 0.3 else ""
    parents = "\n      Parent: { field: parent_id/id, ref: res.partner }" if draws.random.random() < 0.6 else ""
    since = "field: date, " if version in {"16.0", "17.0"} else ""
    credit = draws.some(["parse_number", "{ round: { digits: 2 } }"])
    person = draws.random.choice(["", ', values: { is_company: "1" }'])
    recipe = f"""\
recipe: 1
odoo_version: "{version}"
country: US
timezone: {draws.random.choice(["UTC", "Europe/Brussels"])}
sheets:
  contacts:
    rows: {draws.some(["drop_blank_rows", "drop_total_rows"])}
    targets:
      res.partner: {{ id: "migr.partner.{{Code}}"{person} }}
    columns:
      Code: {{ field: ref, steps: [trim] }}
      Name: {{ field: name, steps: {draws.some(["trim", "collapse_spaces", "title_case"])} }}
      Email: {{ field: email, steps: {draws.some(["trim", "email_clean", "lowercase"])} }}
      Phone: {{ field: phone, steps: {draws.some(["phone_normalize"])} }}
      Country: {{ field: country_id/id, steps: [country_to_iso] }}
      State: {{ field: state_id/id, steps: [{{ state_to_code: {{ country_column: Country }} }}] }}
      Zip: {{ field: zip, steps: {draws.some(["zip_clean"])} }}
      City: {{ field: city, steps: [trim] }}
      Tags: {{ field: category_id/id, lookup: tag, separator: ";" }}
      Since: {{ {since}steps: [{{ parse_date: {{ order: dmy }} }}] }}
      Active: {{ field: active, steps: [to_boolean] }}
      Credit: {{ field: partner_latitude, steps: {credit} }}{kind}{zone}{parents}
lookups:
  tag: {{ model: res.partner.category, create: true }}
"""
    return Drawn({"contacts.csv": _csv(titles, rows)}, recipe)


def products(draws: Draws) -> Drawn:
    """Products with barcodes, prices, and categories that a lookup makes."""
    titles = ["SKU", "Item", "Group", "Price", "Barcode", "Type", "Sold"]
    rows = []
    for number in range(draws.random.randint(3, 60)):
        barcode = str(4006381333931 + draws.random.randint(0, 40)) if draws.random.random() < 0.5 else ""
        rows.append([
            draws.code("P-", number), draws.pick(NAMES, number % 3),
            draws.pick(["Fasteners", "fasteners", "Tools", ""]),
            draws.pick(AMOUNTS, 3), barcode, draws.pick(["consu", "Service", "", "gadget"]), draws.pick(BOOLEANS, 2),
        ])  # fmt: skip
    model = draws.random.choice(["product.template", "product.product"])
    recipe = f"""\
recipe: 1
odoo_version: "{draws.random.choice(["16.0", "17.0", "18.0", "19.0"])}"
namespace: shop
on_problem: {draws.random.choice(["reject", "reject", "reject", "stop"])}
sheets:
  products:
    targets:
      {model}: {{ id: "shop.product.{{SKU}}" }}
    columns:
      SKU: {{ field: default_code }}
      Item: {{ field: name, steps: {draws.some(["trim", "uppercase"])} }}
      Group: {{ field: categ_id/id, lookup: group, steps: {draws.some(["title_case"])} }}
      Price: {{ field: list_price, steps: {draws.some(["parse_currency"])} }}
      Barcode: {{ field: barcode, steps: {draws.some(["barcode_clean"])} }}
      Type: {{ field: type }}
      Sold: {{ field: sale_ok, steps: {draws.some(["to_boolean"])} }}
lookups:
  group: {{ model: product.category, create: true }}
"""
    return Drawn({"products.csv": _csv(titles, rows)}, recipe)


def orders(draws: Draws) -> Drawn:
    """Customers, products, and a flat list of order lines that refer to both."""
    customers = [[f"K{n}", draws.pick(NAMES, n % 3)] for n in range(12)]
    items = [[f"S{n}", f"Item {n}"] for n in range(8)]
    lines = []
    for number in range(draws.random.randint(1, 20)):
        customer = f"K{draws.random.randint(0, 12)}"
        day = draws.pick(DAYS)
        for _ in range(draws.random.randint(1, 4)):
            item = f"S{draws.random.randint(0, 8)}" if draws.random.random() < 0.97 else ""
            lines.append([f"O{number}", customer, day, item, draws.pick(["1", "2", "0", "x"]), draws.pick(AMOUNTS, 3)])
    recipe = f"""\
recipe: 1
odoo_version: "{draws.random.choice(["17.0", "18.0"])}"
timezone: {draws.random.choice(["UTC", "America/New_York"])}
sheets:
  customers:
    targets: {{ res.partner: {{ id: "migr.customer.{{No}}" }} }}
    columns: {{ No: {{ field: ref }}, Name: {{ field: name, steps: [trim] }} }}
  items:
    targets: {{ product.product: {{ id: "migr.item.{{Code}}" }} }}
    columns: {{ Code: {{ field: default_code }}, Item: {{ field: name }} }}
  lines:
    targets:
      sale.order:
        id: "migr.order.{{Order}}"
        fields: {{ partner_id/id: {{ source: Customer, ref: res.partner }}, date_order: {{ source: Day }} }}
      sale.order.line:
        id: "migr.line.{{Order}}.{{Order #}}"
        fields:
          order_id/id: {{ source: Order, ref: sale.order }}
          product_id/id: {{ source: Item, ref: product.product }}
          product_uom_qty: {{ source: Qty }}
          price_unit: {{ source: Price }}
    columns:
      Day: {{ steps: [{{ parse_date: {{ order: dmy }} }}] }}
      Price: {{ steps: [parse_currency] }}
"""
    return Drawn({
        "customers.csv": _csv(["No", "Name"], customers),
        "items.csv": _csv(["Code", "Item"], items),
        "lines.csv": _csv(["Order", "Customer", "Day", "Item", "Qty", "Price"], lines),
    }, recipe)  # fmt: skip


def _csv(titles: list[str], rows: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([titles, *rows])
    return text.getvalue()

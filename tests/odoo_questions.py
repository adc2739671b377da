"""What the loader asks of an Odoo server: good rows, bad rows of every kind, and looking at what came of them.

`asked(odoo)` asks it all and gives the answers in a form that does not depend on database IDs, so that those of real
servers (recorded by `record_odoo.py`) can be held against those of the small Odoo in `odoo_store`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from odoo_migrate.odoo import server_records
from odoo_migrate.odoo.client import Odoo
from odoo_migrate.odoo.odoo_errors import Fault
from odoo_migrate.odoo.preflight import may

PARTNER, TAG, LEAD, PRODUCT = "res.partner", "res.partner.category", "crm.lead", "product.template"
ID_NAME = ["id", "name"]
ADDRESS = ("street", "city", "zip")


class Asker:
    """Asks one server; remembers what its database IDs stand for."""

    def __init__(self, odoo: Odoo) -> None:
        self.odoo = odoo
        self.names: dict[tuple[str, int], str] = {}

    def find(self, *external_ids: str) -> dict[str, str]:
        found = server_records.find(self.odoo, external_ids)
        self.names.update({place: external_id for external_id, place in found.items()})
        return {external_id: model for external_id, (model, _) in sorted(found.items())}

    def load(self, model: str, fields: Sequence[str], *rows: Sequence[Any], **context: Any) -> Any:
        """IDs as places: records that are the same have the same number."""
        answer = server_records.load(self.odoo, model, fields, rows, context)
        numbers = list(dict.fromkeys(answer.ids or ()))
        ids = None if answer.ids is None else [numbers.index(number) for number in answer.ids]
        # Sorted: Odoo converts the columns of a row in whatever order a set has them.
        said = sorted([one.first, one.last, one.type, one.field, steady(one.text)] for one in answer.messages)
        return {"ids": ids, "messages": said}

    def read(self, model: str, external_ids: Sequence[str], *names: str, **relations: str) -> dict[str, Any]:
        """Values by external ID; `relations` are many2one and many2many fields with their models."""
        found = server_records.find(self.odoo, external_ids)
        places = {number: external_id for external_id, (_, number) in found.items()}
        rows = server_records.read(self.odoo, model, sorted(places), [*names, *relations], {"active_test": False})
        return {places[number]: self._shown(values, relations) for number, values in sorted(rows.items())}

    def _shown(self, values: Mapping[str, Any], relations: Mapping[str, str]) -> dict[str, Any]:
        shown = {name: value for name, value in values.items() if name != "id"}
        for name, model in relations.items():
            many = shown[name] if isinstance(shown[name], list) else [shown[name]]
            shown[name] = sorted(self.names.get((model, number), "?") for number in many if number)
        return shown

    def call(self, model: str, method: str, *args: Any, **named: Any) -> Any:
        return self.odoo.call(model, method, *args, **named)

    def unlink(self, model: str, *external_ids: str) -> Any:
        found = server_records.find(self.odoo, external_ids)
        return self.odoo.call(model, "unlink", sorted(number for _, number in found.values()), retry=False)


def steady(text: str) -> str:
    """A message without what differs from one time to the next."""
    text = re.sub(r"DETAIL:  .*", "DETAIL", text, flags=re.DOTALL)
    text = re.sub(r"\n(?:LINE 1|Model): .*", "", text, flags=re.DOTALL)
    return re.sub(r"\(\d+\)$", "(#)", text).strip()


Question = Callable[[Asker], Any]


def rows(start: str, *names: str) -> list[list[str]]:
    return [[f"{start}{number}", name] for number, name in enumerate(names)]


QUESTIONS: dict[str, Question] = {
    "Odoo's own records": lambda it: it.find("base.us", "base.be", "base.state_us_5", "base.nothing", "no_dot"),
    "defaults": lambda it: it.call(PARTNER, "default_get", ["type", "active", "ref"]),
    "rights": lambda it: [may(it.odoo, PARTNER, "create"), may(it.odoo, "ir.model.data", "read")],
    "nothing there": lambda it: it.read(PARTNER, ["q.good"], "name"),
    # Good rows.
    "tags": lambda it: it.load(TAG, ["id", "name", "parent_id/id"], ["q.vip", "VIP", ""], ["q.gold", "Gold", "q.vip"]),
    "their IDs": lambda it: it.find("q.vip", "q.gold"),
    "a company": lambda it: it.load(
        PARTNER,
        ["id", "name", "is_company", "country_id/id", "state_id/id", "category_id/id", "street", "city", "zip", "vat"],
        ["q.good", "Ünïcode & Co", "yes", "base.us", "base.state_us_5", "q.vip,q.gold", "Main St 1", "LA", "1", ""],
        tracking_disable=True,
    ),
    "its ID": lambda it: it.find("q.good"),
    "it is stored": lambda it: it.read(
        PARTNER, ["q.good"], "name", "is_company", *ADDRESS,
        country_id="res.country", state_id="res.country.state", category_id=TAG,
    ),
    "columns left out stay": lambda it: it.load(PARTNER, ["id", "city"], ["q.good", "Los Angeles"]),
    "an empty cell clears": lambda it: it.load(PARTNER, ["id", "street", "category_id/id"], ["q.good", "", "q.gold"]),
    "after both": lambda it: it.read(PARTNER, ["q.good"], "name", *ADDRESS, category_id=TAG),
    "a contact of the company": lambda it: it.load(
        PARTNER, ["id", "name", "parent_id/id", "city"], ["q.child", "Ann", "q.good", "Elsewhere"]
    ),
    "has its address": lambda it: it.read(PARTNER, ["q.child"], "name", *ADDRESS, parent_id=PARTNER),
    "unless it comes alone": lambda it: it.load(PARTNER, ["id", "city"], ["q.child", "Elsewhere"]),
    "then it stays": lambda it: it.read(PARTNER, ["q.child", "q.good"], "city"),
    "parent and child in one call": lambda it: it.load(
        PARTNER, ["id", "name", "parent_id/id"], ["q.p", "P", ""], ["q.c", "C", "q.p"], ["q.cc", "CC", "q.c"]
    ),
    "an ID twice": lambda it: it.load(PARTNER, ID_NAME, ["q.twice", "First"], ["q.twice", "Last"]),
    "the last wins": lambda it: it.read(PARTNER, ["q.twice"], "name"),
    "no dot": lambda it: it.load(PARTNER, ID_NAME, ["q_no_dot", "A"]),
    "is found": lambda it: it.find("q_no_dot", "__import__.q_no_dot"),
    "words for nothing": lambda it: it.load(
        PARTNER, ["id", "name", "country_id/id"], ["q.zero", "A", "0"], ["q.false", "B", "false"], ["q.no", "C", "No"]
    ),
    "a lead": lambda it: it.load(
        LEAD, ["id", "name", "date_deadline", "expected_revenue", "priority", "color", "description"],
        ["q.lead", "L", "2024-02-29", "1234.56", "high", "3", "Line"],
    ),
    "as stored": lambda it: it.read(LEAD, ["q.lead"], "name", "date_deadline", "expected_revenue", "priority", "color"),
    "archived": lambda it: it.load(PARTNER, ["id", "name", "active"], ["q.old", "Old", "0"]),
    "archived again": lambda it: it.load(PARTNER, ID_NAME, ["q.old", "Older"]),
    "stays archived": lambda it: it.read(PARTNER, ["q.old"], "name", "active"),
    "deleted": lambda it: it.unlink(PARTNER, "q.twice"),
    "is gone": lambda it: it.find("q.twice"),
    "comes again": lambda it: it.load(PARTNER, ID_NAME, ["q.twice", "Again"]),
    # Bad rows.
    "booleans": lambda it: it.load(
        PARTNER, ["id", "name", "is_company"],
        ["q.b1", "A", "y"], ["q.b2", "B", " yes "], ["q.b3", "C", "YES"], ["q.b4", "D", "2"],
    ),
    "nothing of them": lambda it: it.find("q.b1", "q.b2", "q.b3", "q.b4"),
    "dates and numbers": lambda it: it.load(
        LEAD, ["id", "name", "date_deadline", "expected_revenue", "priority", "color"],
        ["q.l1", "A", "31.12.2020", "1,000", "9", "3.0"], ["q.l2", "B", "2020-13-01", "$3", " high", "x"],
    ),
    "required": lambda it: it.load(LEAD, ID_NAME, ["q.l3", ""], ["q.l4", "fine"]),
    "required and absent": lambda it: it.load(LEAD, ["id", "color"], ["q.l5", "1"]),
    "refused by the database": lambda it: it.load(PARTNER, ID_NAME, ["q.n1", ""], ["q.n2", "fine"]),
    "more than ten": lambda it: it.load(PARTNER, ID_NAME, *rows("q.m", *[""] * 15)),
    "every second of thirty": lambda it: it.load(PARTNER, ID_NAME, *rows("q.m", *["", "fine"] * 15)),
    "unknown references": lambda it: it.load(
        PARTNER, ["id", "name", "country_id/id", "category_id/id"],
        ["q.r1", "A", "base.zz", "q.vip"], ["q.r2", "B", "base.us", "q.vip, q.gold"],
        ["q.r3", "C", "base.state_us_5", "q.vip,"], ["q.r4", "D", "no_dot", "q.vip;q.gold"],
    ),
    "a space in an ID": lambda it: it.load(PARTNER, ID_NAME, ["q.a b", "A"]),
    "the ID of another model": lambda it: it.load(PARTNER, ID_NAME, ["base.us", "A"], ["q.o1", "fine"]),
    "its own parent": lambda it: it.load(PARTNER, ["id", "name", "parent_id/id"], ["q.own", "A", "q.own"]),
    "a circle": lambda it: it.load(PARTNER, ["id", "name", "parent_id/id"], ["q.p", "P", "q.cc"]),
    "a circle of tags": lambda it: it.load(TAG, ["id", "name", "parent_id/id"], ["q.vip", "VIP", "q.gold"]),
    "child before parent": lambda it: it.load(
        PARTNER, ["id", "name", "parent_id/id"], ["q.early", "A", "q.late"], ["q.late", "B", ""]
    ),
    "one barcode for two": lambda it: it.load(
        PARTNER, ["id", "name", "barcode"], ["q.x1", "A", "111"], ["q.x2", "B", "222"], ["q.x3", "C", "111"]
    ),
    "no language": lambda it: it.load(PARTNER, ["id", "name", "lang"], ["q.g", "A", "xx_XX"]),
    "a product": lambda it: it.load(
        PRODUCT, ["id", "name", "type", "list_price"], ["q.t1", "A", "nope", "3"], ["q.t2", "B", "service", "3"]
    ),
    # What is no answer.
    "unknown field": lambda it: it.load(PARTNER, ["id", "name", "nope"], ["q.f", "A", "x"]),
    "no text": lambda it: it.load(PARTNER, ["id", "name", "is_company"], ["q.f", "A", True]),
    "unknown model": lambda it: it.load("no.model", ID_NAME, ["q.f", "A"]),
    "unknown field to read": lambda it: it.call(PARTNER, "read", [1], ["nope"]),
}  # fmt: skip


def asked(odoo: Odoo, questions: Mapping[str, Question] = QUESTIONS) -> dict[str, Any]:
    """The answers by question; an exception of the server is an answer too."""
    asker = Asker(odoo)
    answers: dict[str, Any] = {}
    for title, question in questions.items():
        try:
            answers[title] = question(asker)
        except Fault as fault:
            answers[title] = {"fault": fault.name, "message": steady(fault.message)}
    return answers

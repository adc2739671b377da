"""Draw tables: which columns a list of customers, goods or orders has, under whose titles, and its rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import Any

from bench.mess.cell_writing import Hand
from bench.mess.clean_truth import Record, TruthDraw
from bench.mess.truth_tables import MessyCell, TruthColumn, TruthRow, TruthTable
from bench.mess.word_lists import column_order, subjects, systems, titles

# What the useless columns of `titles.yml` hold, in their order.
_USELESS = ("by", "when", "order", "flag", "guid", "version")
_DELIVERY = ["d_street", "d_zip", "d_city", "d_country"]


@dataclass
class Drawing:
    """Hold what a table is drawn with.

    Attributes:
        random: The source of random numbers.
        truth: What is drawn from.
        hand: How cells are written.
        subject: Such as "customers".
        system: Whose titles it has, "" for a person's own.
        shared: Records of other tables that this one refers to, by subject.
    """

    random: Random
    truth: TruthDraw
    hand: Hand
    subject: str
    system: str
    shared: dict[str, list[Record]]


def drawn_table(drawing: Drawing, count: int) -> TruthTable:
    """Return a table of about `count` records."""
    subject = subjects()[drawing.subject]
    columns = _columns(drawing)
    records = _RECORDS[drawing.subject](drawing, count)
    drawing.shared[drawing.subject] = records
    table = TruthTable(
        drawing.subject, subject["kind"], drawing.subject, frozenset(subject["models"]), columns, [],
        frozenset(subject["keys"]), drawing.truth.country, drawing.truth.language,
    )  # fmt: skip
    table.mess += drawing.hand.mess
    for number, record in enumerate(records, 1):
        table.rows.append(_row(table, record | {"running": str(number)}, drawing))
    return table


# --- columns


def _columns(drawing: Drawing) -> list[TruthColumn]:
    if drawing.system:
        return _system_columns(systems()[drawing.system][drawing.subject])
    subject = subjects()[drawing.subject]
    chosen = list(subject["must"])
    for one in subject["may"]:
        if drawing.random.random() < 0.5:
            chosen += _DELIVERY if one == "delivery" else one.split("+")
    chosen = _without_contradictions(list(dict.fromkeys(chosen)))
    if drawing.random.random() < 0.4:
        chosen.sort(key=_place)
    return _titled(chosen, drawing)


def _place(about: str) -> int:
    usual = column_order()
    return usual.index(about) if about in usual else len(usual)


def _without_contradictions(abouts: list[str]) -> list[str]:
    """Return the columns without a second way to say the same."""
    found = list(abouts)
    for better, worse in (("zip", "city_line"), ("street", "address"), ("person", "first"), ("person", "last")):
        if better in found and worse in found:
            found.remove(worse)
    if "city_line" in found and "street" not in found:
        found.remove("city_line")
    # People who give no contact give no salutation either.
    if "salutation" in found and not {"person", "last"} & set(found):
        found.remove("salutation")
    if not {"buyer", "buyer_number"} & set(found) and "order" in found:
        found.insert(1, "buyer")
    return found


def _titled(abouts: list[str], drawing: Drawing) -> list[TruthColumn]:
    words, used, columns = titles(drawing.truth.language), set[str](), []
    for about in abouts:
        usual = words[about] if about in words else words[about.removeprefix("s_")]
        free = [title for title in usual if title not in used]
        if free:
            title = drawing.random.choice(free)
            used.add(title)
            columns.append(TruthColumn(title, about))
    for title in drawing.random.sample(words["useless"], drawing.random.choice([0, 0, 1, 2])):
        about = f"+{_USELESS[words['useless'].index(title)]}"
        columns.insert(drawing.random.randint(1, len(columns)), TruthColumn(title, about))
    return columns


def _system_columns(export: Mapping[str, str]) -> list[TruthColumn]:
    return [TruthColumn(str(title), str(about)) for about, title in export.items()]


# --- rows


def _row(table: TruthTable, record: Record, drawing: Drawing) -> TruthRow:
    cells, wants = [], dict[str, set[str]]()
    for column in table.columns:
        rule = column.rule(table.kind)
        cell = _cell(column, str(rule["compare"]), record, drawing)
        cells.append(cell)
        # A part of a person's name is nobody's name.
        if rule["compare"] != "any" and column.about not in {"first", "last"}:
            for name in rule["fields"]:
                if not name or name == "is_storable":  # whether a good is stocked is not said by its kind
                    continue
                wants.setdefault(name, set()).add(cell.want)
    for name, want in _made(table, record):
        wants.setdefault(name, set()).add(want)
    # Where one column is empty for want of a value, another one has it.
    for name, values in wants.items():
        if len(values) > 1 and name not in dict(_UNSAID):
            values.discard("")
    return TruthRow(cells, wants)


def _cell(column: TruthColumn, compare: str, record: Record, drawing: Drawing) -> MessyCell:
    about = column.about
    if about.startswith("+"):
        text = _useless(about[1:], drawing)
        return MessyCell(text, text)
    if about.startswith("="):
        return MessyCell(about[1:], about[1:])
    if about in _COMPOSED:
        return _COMPOSED[about](record, drawing)
    if about == "state":
        written = record["state_name"] if drawing.hand.state_style == "name" else record["state"][3:]
        return MessyCell(written, record["state"])
    if compare == "choice" and about == "account_type":
        return MessyCell(record["account_type_word"], record["account_type"])
    return drawing.hand.write(compare, about, record.get(about, ""))


def _made(table: TruthTable, record: Record) -> list[tuple[str, str]]:
    """Return the values of fields that no single column holds."""
    abouts = {column.about for column in table.columns}
    found: list[tuple[str, str]] = []
    if table.kind == "partner" and abouts & {"city_line", "address", "bill1"}:
        found += [(name, record[name]) for name in ("zip", "city", "street")]
        # The text says neither where its country does without.
        found += [("country_id", record["country"]), ("state_id", record["state"]), *_UNSAID]
    if {"first", "last"} <= abouts:
        is_firm = table.kind == "partner" and bool(record["company"]) and bool(abouts & {"company", "s_company"})
        found.append(("#name" if is_firm else "name", record["person"]))
    # A child under its parent is right by its own name, and whole.
    found += [("name", record[child]) for path, child in _PATHS.items() if path in abouts]
    if abouts & set(_DELIVERY):
        found.append(("#name", record.get("d_company", "")))
    return found


_UNSAID = [("country_id", ""), ("state_id", "")]
_PATHS = {"company_path": "company", "item_path": "item", "account_path": "account_name"}


def _useless(about: str, drawing: Drawing) -> str:
    """Return what a column holds that nobody needs; those of systems are empty."""
    texts = {
        "by": drawing.truth.pick(drawing.truth.words["first"]), "when": drawing.truth.day().isoformat(),
        "order": str(drawing.random.randint(1, 40) * 10), "flag": drawing.random.choice(["Y", "N"]),
        "guid": drawing.truth.guid(), "version": str(drawing.random.randint(1, 5)),
    }  # fmt: skip
    return texts.get(about, "")


# --- cells that several values make up


def _address_line(record: Record, drawing: Drawing) -> str:
    """Return postal code and town as the record's country writes them."""
    country = record["country"]
    zip_code, city, state = record["zip"], record["city"], record["state"][3:]
    if country in {"US", "AU"}:
        return f"{city}, {state} {zip_code}" if country == "US" else f"{city} {state} {zip_code}"
    if country == "GB":
        return f"{city} {zip_code}"
    if country == "IT":
        return f"{zip_code} {city} ({state})"
    if country == "BR":
        return f"{city} - {state}, {zip_code}"
    if country == "DE" and drawing.hand.phone_style == "international":
        return f"D-{zip_code} {city}"
    return f"{zip_code} {city}"


def _city_line(record: Record, drawing: Drawing) -> MessyCell:
    text = _address_line(record, drawing)
    return MessyCell(text, text, ("town and postal code in one cell",))


def _whole_address(record: Record, drawing: Drawing) -> MessyCell:
    between = "\n" if drawing.hand.country_style in {"local", "mixed"} else ", "
    parts = [record["street"], record["street2"], _address_line(record, drawing)]
    if record["country"] != drawing.truth.country:
        parts.append(record["country"])
    text = between.join(filter(None, parts))
    return MessyCell(text, text, ("address in one cell",))


def _delivery_address(record: Record, drawing: Drawing) -> MessyCell:
    if not record.get("d_street"):
        return _whole_address(record, drawing)
    text = f"{record['d_street']}, {record['d_zip']} {record['d_city']}"
    return MessyCell(text, text, ("address in one cell",))


def _bill_line(name: str) -> Callable[[Record, Drawing], MessyCell]:
    def written(record: Record, drawing: Drawing) -> MessyCell:
        lines = {"bill1": record["company"], "bill2": record["street"], "bill3": _address_line(record, drawing)}
        return MessyCell(lines[name], lines[name], ("address in one cell",))

    return written


def _path(about: str, above: str) -> Callable[[Record, Drawing], MessyCell]:
    def written(record: Record, drawing: Drawing) -> MessyCell:
        text = f"{record[above]}:{record[about]}" if record.get(above) else record[about]
        mess = ("parent:child names",) if record.get(above) else ()
        return MessyCell(text, text, mess)

    return written


def _category_path(record: Record, drawing: Drawing) -> MessyCell:
    text = f"{record['category']} > {record['subcategory']}"
    return MessyCell(text, text, ("parent:child names",))


_COMPOSED: dict[str, Callable[[Record, Drawing], MessyCell]] = {
    "city_line": _city_line, "address": _whole_address, "d_address": _delivery_address, "bill1": _bill_line("bill1"),
    "bill2": _bill_line("bill2"), "bill3": _bill_line("bill3"), "company_path": _path("company", "job_of"),
    "item_path": _path("item", "category"), "account_path": _path("account_name", "account_above"),
    "category_path": _category_path,
}  # fmt: skip


# --- records


def _numbered(drawing: Drawing, beginnings: list[str], count: int) -> list[str]:
    """Return codes as a business gives them, in order."""
    beginning = drawing.random.choice(beginnings)
    first = drawing.random.randint(1, 900)
    return [f"{beginning}{first + step:04d}" for step in range(count)]


def _partners(drawing: Drawing, count: int) -> list[Record]:
    beginnings = ["1", "K-", "00", "C", "D"] if drawing.subject == "customers" else ["7", "L-", "V", "00"]
    with_person = drawing.random.random() < 0.8
    # Some systems keep firms and people in one list, each with columns of its own for the name.
    private = 0.2 if drawing.system in {"Lexware", "DATEV", "Shopify"} else 0
    records = []
    for number in _numbered(drawing, beginnings, count):
        record = drawing.truth.partner(number, with_person or private > 0)
        if drawing.random.random() < private:
            record["company"] = ""
        records.append(record)
    # Jobs of customers, as QuickBooks writes them below the customer.
    for above, below in pairwise(records):
        if drawing.random.random() < 0.15 and not above.get("job_of"):
            below["job_of"] = above["company"]
    return records


def _items(drawing: Drawing, count: int) -> list[Record]:
    skus = _numbered(drawing, ["A-", "00", "ART", "P", "10."], count)
    if drawing.random.random() < 0.15:
        skus = [f"{number % 12 + 1}-{number // 12 + 1}" for number in range(count)]
    return [drawing.truth.item(sku, number) for number, sku in enumerate(skus, 1)]


def _orders(drawing: Drawing, count: int) -> list[Record]:
    """Return lines of orders; the lines of one order follow each other."""
    truth, found = drawing.truth, list[Record]()
    buyers = drawing.shared.get("customers") or _partners(drawing, 12)
    goods = drawing.shared.get("items") or _items(drawing, 15)
    for order in _numbered(drawing, ["SO-", "#1", "2026-", "9"], max(3, count // 3)):
        buyer, day = truth.pick(buyers), truth.day().isoformat()
        head = {
            "order": order, "date": day, "created": day, "buyer": buyer["company"] or buyer["person"],
            "buyer_number": buyer["number"],
            "email": buyer["email"], "currency": truth.place["currency"],
            "status": truth.pick(truth.words["status"]["sale"]), "street": buyer["street"], "city": buyer["city"],
            "zip": buyer["zip"], "country": buyer["country"],
        }  # fmt: skip
        lines = [_order_line(truth, item) for item in drawing.random.sample(goods, drawing.random.randint(1, 4))]
        total = sum((Decimal(line["amount"]) for line in lines), Decimal(0))
        found += [head | line | {"total": f"{total:.2f}"} for line in lines]
    return found


def _order_line(truth: TruthDraw, item: Record) -> Record:
    qty, discount = truth.pick(["1", "2", "3", "5", "10", "2.5", "1200"]), truth.pick(["0", "0", "5", "10", "12.5"])
    amount = Decimal(item["price"]) * Decimal(qty) * (100 - Decimal(discount)) / 100
    return {
        "line_sku": item["sku"], "line_name": item["item"], "qty": qty, "price": item["price"],
        "discount": discount, "amount": f"{amount:.2f}",
    }  # fmt: skip


def _accounts(drawing: Drawing, count: int) -> list[Record]:
    truth, found = drawing.truth, list[Record]()
    kinds = truth.words["accounts"]
    width = drawing.random.choice([3, 4, 4, 6])
    for step in range(max(len(kinds), count)):
        key, name, words = kinds[step % len(kinds)]
        times = step // len(kinds)
        code = str((step % len(kinds) + 1) * (10 if width == 3 else 100) + times).rjust(width, "0")
        found.append({
            "account": code, "account_name": name if not times else f"{name} {times + 1}", "account_type": key,
            "account_type_word": truth.pick(words[:1]), "balance": truth.amount(-9000, 9000),
            "description": "", "account_above": name if times == 1 else "",
        })  # fmt: skip
    found.sort(key=lambda record: record["account"])
    return found


def _journal(drawing: Drawing, count: int) -> list[Record]:
    truth, found = drawing.truth, list[Record]()
    accounts = drawing.shared.get("accounts") or _accounts(drawing, 12)
    day = truth.day()
    for entry in _numbered(drawing, ["J", "", "B-"], max(3, count // 2)):
        day += timedelta(days=drawing.random.randint(0, 2))
        amount, label = truth.amount(5, 4000), truth.pick(truth.words["lead_titles"])
        one, other = drawing.random.sample(accounts, 2)
        head = {"entry": entry, "date": day.isoformat(), "label": label, "partner": ""}
        found.append(head | {
            "account": one["account"], "debit": amount, "credit_amount": "", "amount_unsigned": amount,
            "contra": other["account"],
        })  # fmt: skip
        found.append(head | {
            "account": other["account"], "debit": "", "credit_amount": amount, "amount_unsigned": amount,
            "contra": one["account"],
        })  # fmt: skip
    return found


def _leads(drawing: Drawing, count: int) -> list[Record]:
    truth, found = drawing.truth, list[Record]()
    for number in range(count):
        partner = truth.partner(str(number))
        created = truth.day().isoformat()
        found.append(partner | {
            "lead": f"{truth.pick(truth.words['lead_titles'])} {number + 1}", "revenue": truth.amount(500, 90000),
            "probability": truth.pick(["10", "25", "50", "75", "90"]), "stage": truth.pick(truth.words["stages"]),
            "source": truth.pick(["Web", "Fair", "Phone"]), "created": created, "created_ms": created,
        })  # fmt: skip
    return found


def _employees(drawing: Drawing, count: int) -> list[Record]:
    truth, found, names = drawing.truth, list[Record](), set[str]()
    for number in _numbered(drawing, ["M", "0", "E-"], count):
        person = truth.person()
        if person["person"] in names:
            continue
        names.add(person["person"])
        country = truth.country
        found.append(person | {
            "emp_number": number, "emp_name": person["person"], "job": truth.pick(truth.words["jobs"]),
            "department": truth.pick(truth.words["departments"]), "birthday": truth.birthday().isoformat(),
            "work_email": f"staff{number.strip('-').lower()}@firm.example",
            "work_phone": truth.phone(country, "landline"), "hired": truth.day().isoformat(), "active": "1",
        })  # fmt: skip
    return found


_RECORDS: dict[str, Callable[[Drawing, int], list[Record]]] = {
    "customers": _partners, "suppliers": _partners, "items": _items, "orders": _orders, "accounts": _accounts,
    "journal": _journal, "leads": _leads, "employees": _employees,
}  # fmt: skip


def subjects_of(system: str) -> list[str]:
    """Return what a system has exports of."""
    export: dict[str, Any] = systems()[system]
    return [subject for subject in export if subject in subjects()]

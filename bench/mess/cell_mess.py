"""Do to some cells of a table what spreadsheets, systems and people do to them. Each kind of mess is one function."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from random import Random

from bench.mess.truth_tables import MessyCell, TruthColumn, TruthRow, TruthTable

_NO_VALUE = {
    "en": ["N/A", "-", "none"], "de": ["k.A.", "-", "n/a"], "fr": ["n/a", "-", "néant"], "es": ["n/d", "-", "N/A"],
    "it": ["n.d.", "-", "N/A"], "nl": ["n.v.t.", "-", "N/A"], "pt": ["n/d", "-", "N/A"],
}  # fmt: skip
_CODES = {"number", "s_number", "sku", "line_sku", "barcode", "zip", "account", "order", "emp_number", "buyer_number"}
_NAMES = {"company", "s_company", "item", "city", "street", "emp_name", "buyer", "line_name", "person"}

Spoil = Callable[[TruthTable, Random], bool]


def spoil(table: TruthTable, random: Random, wanted: int) -> None:
    """Do so many kinds of mess to a table, of those that find something to do there; they are noted in it."""
    done = 0
    for name in random.sample(list(_KINDS), len(_KINDS)):
        if done < wanted and _KINDS[name](table, random):
            table.mess.append(name)
            done += 1


def _columns(table: TruthTable, abouts: set[str]) -> list[int]:
    return [position for position, column in enumerate(table.columns) if column.about in abouts]


def _some(table: TruthTable, random: Random, share: float) -> list[TruthRow]:
    found = [row for row in table.rows if random.random() < share]
    return found or [random.choice(table.rows)]


def _change(cell: MessyCell, text: str, kind: str) -> None:
    cell.text, cell.value, cell.number_format = text, None, ""
    cell.mess = (*cell.mess, kind)


# --- marks that spreadsheets put around texts


def _guard_marks(table: TruthTable, random: Random) -> bool:
    mark, positions = random.choice(['="{}"', "'{}"]), _columns(table, _CODES)
    if not positions:
        return False
    position = random.choice(positions)
    for row in table.rows:
        cell = row.cells[position]
        if cell.text and cell.value is None:
            _change(cell, mark.format(cell.text), "guard marks")
    return True


def _codes_as_dates(table: TruthTable, random: Random) -> bool:
    """Turn codes such as 3-14 into dates, as a spreadsheet does."""
    done = False
    for position in _columns(table, {"sku", "line_sku"}):
        for row in table.rows:
            cell = row.cells[position]
            first, dash, second = cell.want.partition("-")
            if dash and first.isdigit() and second.isdigit() and int(first) <= 12 and int(second) <= 28:
                when = date(2026, int(first), int(second))
                _change(cell, when.isoformat(), "codes turned into dates")
                cell.value, cell.number_format = when, "DD.MM.YYYY"
                done = True
    return done


def _lost_zeros(table: TruthTable, random: Random) -> bool:
    done = False
    for position in _columns(table, {"zip"}):
        for row in table.rows:
            cell = row.cells[position]
            if cell.text.startswith("0") and cell.text.isdigit():
                _change(cell, cell.text.lstrip("0"), "lost zeros")
                done = True
    return done


def _long_codes(table: TruthTable, random: Random) -> bool:
    """Show long barcodes as powers of ten."""
    positions = _columns(table, {"barcode"})
    if not positions:
        return False
    for row in _some(table, random, 0.2):
        cell = row.cells[positions[0]]
        if len(cell.text) > 11 and cell.text.isdigit():
            _change(cell, f"{float(cell.text):.5E}".replace("E+", "E+"), "long codes as powers of ten")
    return True


def _decimal_zero(table: TruthTable, random: Random) -> bool:
    positions = _columns(table, {"phone", "mobile", "barcode"})
    if not positions:
        return False
    position = random.choice(positions)
    done = False
    for row in _some(table, random, 0.3):
        cell = row.cells[position]
        if cell.text.isdigit() and not cell.text.startswith("0"):
            _change(cell, f"{cell.text}.0", "decimal zero")
            done = True
    return done


def _hidden_digits(table: TruthTable, random: Random) -> bool:
    """Keep more digits than the number format shows."""
    done = False
    for position in _columns(table, {"price", "cost", "weight", "amount"}):
        for row in table.rows:
            cell = row.cells[position]
            if isinstance(cell.value, float):
                cell.number_format = "0"
                done = True
    return done


# --- spaces and signs


def _spaces(table: TruthTable, random: Random) -> bool:
    positions = _columns(table, _NAMES | {"email", "number", "tags", "category"})
    if not positions:
        return False
    for position in random.sample(positions, min(2, len(positions))):
        for row in _some(table, random, 0.15):
            cell = row.cells[position]
            if cell.text:
                shapes = [f" {cell.text}", f"{cell.text}  ", f"{cell.text}\u00a0", f"\u200b{cell.text}"]
                _change(cell, random.choice(shapes), "spaces")
    return True


def _inner_spaces(table: TruthTable, random: Random) -> bool:
    positions = _columns(table, _NAMES)
    if not positions:
        return False
    for row in _some(table, random, 0.1):
        cell = row.cells[random.choice(positions)]
        if " " in cell.text:
            _change(cell, cell.text.replace(" ", "  ", 1), "inner spaces")
    return True


def _empty_words(table: TruthTable, random: Random) -> bool:
    positions = _columns(table, {"email", "phone", "mobile", "website", "vat", "notes", "street2", "credit", "weight"})
    word = random.choice(_NO_VALUE[table.language])
    done = False
    for position in positions:
        for row in table.rows:
            if not row.cells[position].text and random.random() < 0.6:
                _change(row.cells[position], word, "words for empty")
                done = True
    return done


def _scrambled(table: TruthTable, random: Random) -> bool:
    positions, done = _columns(table, _NAMES | {"notes"}), False
    for row in _some(table, random, 0.3):
        for position in positions:
            cell = row.cells[position]
            spoilt = cell.text.encode().decode("cp1252", "replace")
            if spoilt != cell.text and "\ufffd" not in spoilt:
                _change(cell, spoilt, "letters in the wrong encoding")
                done = True
    return done


def _web_codes(table: TruthTable, random: Random) -> bool:
    positions, done = _columns(table, {"company", "s_company", "item", "notes", "description"}), False
    for position in positions:
        for row in table.rows:
            cell = row.cells[position]
            if "&" in cell.text:
                _change(cell, cell.text.replace("&", "&amp;"), "codes of web pages")
                done = True
    return done


# --- several ways to write one thing


def _in_some_cells(
    table: TruthTable, random: Random, abouts: set[str], share: float, kind: str, changed: Callable[[str], str]
) -> bool:
    """Change filled cells of the first such column in a share of the rows; return whether there is such a column."""
    positions = _columns(table, abouts)
    if not positions:
        return False
    for row in _some(table, random, share):
        cell = row.cells[positions[0]]
        if cell.text:
            _change(cell, changed(cell.text), kind)
    return True


def _email_dressing(table: TruthTable, random: Random) -> bool:
    def dressed(text: str) -> str:
        return random.choice([text.upper(), f"mailto:{text}", f"Info <{text}>", f"{text}."])

    return _in_some_cells(table, random, {"email", "work_email"}, 0.15, "dressed emails", dressed)


def _two_emails(table: TruthTable, random: Random) -> bool:
    positions = _columns(table, {"email"})
    if not positions:
        return False
    between = random.choice(["; ", ", ", " / ", " ::: "])

    def doubled(text: str) -> str:
        return f"{text}{between}second.{text}"

    return _in_some_cells(table, random, {"email"}, 0.1, "several emails in a cell", doubled)


def _phone_extras(table: TruthTable, random: Random) -> bool:
    def extended(text: str) -> str:
        return f"{text} {random.choice(['ext. 12', 'x204', 'Ext 7'])}"

    return _in_some_cells(table, random, {"phone", "work_phone"}, 0.1, "phone extensions", extended)


def _other_dates(table: TruthTable, random: Random) -> bool:
    """Write a few days of a column in another form."""
    positions, done = _columns(table, {"date", "since", "hired", "birthday"}), False
    for position in positions:
        for row in _some(table, random, 0.1):
            cell = row.cells[position]
            if cell.text and cell.value is None:
                _change(cell, cell.want[:10], "dates in several forms")
                done = True
    return done


def _numbers_as_text(table: TruthTable, random: Random) -> bool:
    """Write amounts below zero in the ways of bookkeepers."""
    positions, done = _columns(table, {"balance", "amount", "revenue", "credit"}), False
    for position in positions:
        for row in table.rows:
            cell = row.cells[position]
            if cell.value is None and cell.text.startswith("-"):
                _change(cell, random.choice([f"({cell.text[1:]})", f"{cell.text[1:]}-"]), "minus in brackets or behind")
                done = True
    return done


def _spelling(table: TruthTable, random: Random) -> bool:
    positions, done = _columns(table, {"category", "tags", "department", "job", "stage"}), False
    for position in positions:
        for row in _some(table, random, 0.1):
            cell = row.cells[position]
            if len(cell.text) > 3:
                _change(cell, random.choice([cell.text.upper(), cell.text.lower()]), "one value in several spellings")
                done = True
    return done


def _rare_spelling(table: TruthTable, random: Random) -> bool:
    """Swap two letters of a value that many other rows have."""
    for position in _columns(table, {"category", "tags", "department", "city"}):
        counts: dict[str, int] = {}
        for row in table.rows:
            counts[row.cells[position].text] = counts.get(row.cells[position].text, 0) + 1
        for row in table.rows:
            cell = row.cells[position]
            swapped = cell.text[:2] + cell.text[2:4][::-1] + cell.text[4:]
            if counts[cell.text] >= 8 and len(cell.text) > 5 and swapped != cell.text:
                _change(cell, swapped, "a rare spelling")
                return True
    return False


def _last_first(table: TruthTable, random: Random) -> bool:
    positions, done = _columns(table, {"person", "emp_name"}), False
    for position in positions:
        for row in table.rows:
            cell = row.cells[position]
            first, space, last = cell.want.partition(" ")
            if space and cell.text == cell.want:
                _change(cell, f"{last}, {first}", "last name first")
                done = True
    return done


def _titles_of_people(table: TruthTable, random: Random) -> bool:
    words = {"en": "Mr ", "de": "Herr ", "fr": "M. ", "es": "Sr. ", "it": "Sig. ", "nl": "Dhr. ", "pt": "Sr. "}
    positions, done = _columns(table, {"person"}), False
    for position in positions:
        for row in _some(table, random, 0.4):
            cell = row.cells[position]
            if cell.text == cell.want and cell.text:
                _change(cell, words[table.language] + cell.text, "titles of people")
                done = True
    return done


def _several_phones(table: TruthTable, random: Random) -> bool:
    positions = _columns(table, {"phone"})
    if not positions:
        return False
    between = random.choice([" / ", "; ", ", "])
    for row in _some(table, random, 0.1):
        cell = row.cells[positions[0]]
        if cell.text:
            _change(cell, f"{cell.text}{between}{cell.text[:-1]}{random.randint(0, 9)}", "several phones in a cell")
    return True


def _units_behind(table: TruthTable, random: Random) -> bool:
    """Write the unit behind some numbers of a column."""
    positions, done = _columns(table, {"weight", "qty"}), False
    for position in positions:
        unit = "kg" if table.columns[position].about == "weight" else random.choice(["pcs", "x"])
        for row in _some(table, random, 0.4):
            cell = row.cells[position]
            if cell.text and cell.value is None:
                _change(cell, f"{cell.text} {unit}", "numbers with and without their unit")
                done = True
    return done


def _formula_errors(table: TruthTable, random: Random) -> bool:
    positions = _columns(table, {"price", "amount", "cost", "category"})
    if not positions:
        return False
    for row in _some(table, random, 0.05):
        _change(row.cells[random.choice(positions)], random.choice(["#REF!", "#N/A", "#VALUE!"]), "formula errors")
    return True


def _serial_dates(table: TruthTable, random: Random) -> bool:
    """Show days as the numbers that spreadsheets keep."""
    positions, done = _columns(table, {"date", "since", "birthday"}), False
    for position in positions:
        for row in _some(table, random, random.choice([0.2, 1.0])):
            cell = row.cells[position]
            if cell.want and not cell.mess:
                days = (date.fromisoformat(cell.want[:10]) - date(1899, 12, 30)).days
                _change(cell, str(days), "dates as numbers of days")
                done = True
    return done


def _percent_format(table: TruthTable, random: Random) -> bool:
    """Keep a share as a fraction that the number format shows as percent."""
    positions, done = _columns(table, {"discount", "probability"}), False
    for position in positions:
        for row in table.rows:
            cell = row.cells[position]
            if cell.want and isinstance(cell.value, float):
                cell.value, cell.number_format = float(cell.want) / 100, "0.0%"
                cell.text, cell.mess = f"{float(cell.want):.1f}%", (*cell.mess, "percent from the number format")
                done = True
    return done


def _grams(table: TruthTable, random: Random) -> bool:
    """Give weights in grams under a title that says so."""
    done = False
    for position in _columns(table, {"weight"}):
        if "kg" in table.columns[position].title.lower():
            continue
        table.columns[position] = TruthColumn(f"{table.columns[position].title} (g)", "weight")
        for row in table.rows:
            cell = row.cells[position]
            if cell.want:
                _change(cell, str(round(float(cell.want) * 1000)), "grams for kilograms")
                done = True
    return done


_KINDS: dict[str, Spoil] = {
    "guard marks": _guard_marks, "codes turned into dates": _codes_as_dates, "lost zeros": _lost_zeros,
    "long codes as powers of ten": _long_codes, "decimal zero": _decimal_zero, "hidden digits": _hidden_digits,
    "spaces": _spaces, "inner spaces": _inner_spaces, "words for empty": _empty_words,
    "letters in the wrong encoding": _scrambled, "codes of web pages": _web_codes, "dressed emails": _email_dressing,
    "several emails in a cell": _two_emails, "phone extensions": _phone_extras,
    "dates in several forms": _other_dates, "minus in brackets or behind": _numbers_as_text,
    "one value in several spellings": _spelling, "a rare spelling": _rare_spelling, "last name first": _last_first,
    "titles of people": _titles_of_people, "several phones in a cell": _several_phones,
    "numbers with and without their unit": _units_behind, "formula errors": _formula_errors,
    "dates as numbers of days": _serial_dates, "percent from the number format": _percent_format,
    "grams for kilograms": _grams,
}  # fmt: skip

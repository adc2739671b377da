"""Tell whether Odoo holds what a cell of the payload says, and remember what it keeps differently.

Every cell is text, as `load()` takes it; every stored value is what `search_read` answers. The forms that Odoo accepts
were measured on Odoo 18. Where a form is not known to be the same, it counts as different: the cell is then sent, which
is safe, and never taken for stored, which would not be.

Some values Odoo changes whenever it stores them: it rounds a price, tidies markup, fills a contact's address from its
company. Each is sent, read back, sent once more by itself and read back again; what differs then is a difference. It
is reported, and while neither the payload nor Odoo changes it, later runs count it as kept differently.
"""

from __future__ import annotations

import html
import json
import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from odoo_migrate.loading.runs import RUNS
from odoo_migrate.odoo.server_records import ServerField
from odoo_migrate.project import csv_text
from odoo_migrate.project.safe_files import inside, replacing
from odoo_migrate.rules.value_rules import NO, YES, choice_texts

Resolve = Callable[[str], int | None]

_BREAK = re.compile(r"(?i)<br\s*/?>|</(p|div|li|tr|h[1-6])>")
_TAG = re.compile(r"<[^>]*>")
_LINK = re.compile(r"""(?i)\b(?:href|src)\s*=\s*["']?([^"'\s>]+)""")
_NAME = re.compile(r"<([A-Za-z][A-Za-z0-9]*)")
# Odoo adds these around a text and drops them again; they set no words apart that lines do not.
_WRAPPING = {"p", "div", "span", "br"}
_SPACE = re.compile(r"[^\S\n]+")


class Comparer:
    """Compare cells of one model; `resolve` gives the database ID behind an external ID, or None."""

    def __init__(self, fields: Mapping[str, ServerField], timezone: str, resolve: Resolve) -> None:
        """Take the fields as Odoo describes them, and the time zone of the cells."""
        self._fields = fields
        self._zone = ZoneInfo(timezone or "UTC")
        self._resolve = resolve

    def same(self, column: str, text: str, stored: Any) -> bool:
        """Tell whether the field behind an import column holds `text` as `stored`."""
        field = self._fields[column.removesuffix("/id")]
        if not text:
            return _is_empty(field, stored)
        if column.endswith("/id"):
            return self._same_records(text, stored)
        if field.type == "datetime":
            # Odoo answers up to the second: 2024-01-31 12:00:00.
            return bool(stored) and _utc(text, self._zone) == str(stored)[:19]
        return _SAME.get(field.type, _same_text)(field, text, stored)

    def _same_records(self, text: str, stored: Any) -> bool:
        """Compare external IDs with a database ID, or a list of them for fields that hold several."""
        wanted = [self._resolve(part) for part in text.split(",")]
        if None in wanted:  # what is not in Odoo cannot be what it holds
            return False
        if isinstance(stored, list):
            # Odoo keeps several records in an order of its own.
            return set(stored) == set(wanted)
        return [stored] == wanted


def _is_empty(field: ServerField, stored: Any) -> bool:
    """Tell whether nothing is stored; for numbers and yes/no fields, that is 0 or no."""
    return not stored or (field.type == "html" and not _plain(str(stored)))


def _same_text(field: ServerField, text: str, stored: Any) -> bool:
    return text == stored


def _same_html(field: ServerField, text: str, stored: Any) -> bool:
    """Compare what a person reads, clicks and sees, line by line: Odoo wraps and tidies markup."""
    return text == stored or (bool(stored) and _seen(text) == _seen(str(stored)))


def _seen(markup: str) -> tuple[str, list[str], list[str]]:
    """Return the text, where links and pictures lead, and what sets words apart."""
    links = [html.unescape(link) for link in _LINK.findall(markup)]
    tags: list[str] = []
    for name in _NAME.findall(markup):
        tag = name.lower()
        if tag not in _WRAPPING:
            tags.append(tag)
    return _plain(markup), links, tags


def _plain(markup: str) -> str:
    """Return the text of some markup: line ends where it breaks lines, single spaces elsewhere."""
    broken = _BREAK.sub("\n", markup.replace("\n", " "))
    # Tags go before entities are read: &lt;b&gt; is text.
    text = html.unescape(_TAG.sub("", broken))
    return "\n".join(_SPACE.sub(" ", line).strip() for line in text.split("\n")).strip()


def _same_boolean(field: ServerField, text: str, stored: Any) -> bool:
    word = text.lower()
    if stored:
        return word in YES
    return word in NO


def _same_integer(field: ServerField, text: str, stored: Any) -> bool:
    try:
        return int(text) == stored
    except ValueError:
        return False


def _same_number(field: ServerField, text: str, stored: Any) -> bool:
    """Compare to the last digit that both show: a float knows some fifteen."""
    try:
        wanted = float(text)
    except ValueError:
        return False
    # Infinity equals itself, though its distance from itself is no number.
    return wanted == stored or abs(wanted - float(stored or 0)) <= 1e-14 * abs(wanted)


def _same_choice(field: ServerField, text: str, stored: Any) -> bool:
    """Compare a choice, given by key or label, in any case."""
    word = text.lower()
    for choice in field.selection:
        # Two choices may have one label; either counts.
        if choice[0] == stored and word in choice_texts([choice]):
            return True
    return bool(text == stored)


def _utc(text: str, zone: ZoneInfo) -> str:
    """Return a local time as Odoo stores it; an hour that a change of clocks gives twice is winter time."""
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        return ""
    # fold 0 and 1 are the two readings of such an hour; winter time has the smaller offset.
    offsets = [local.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta() for fold in (0, 1)]
    return str((local - min(offsets)).replace(tzinfo=UTC))[:19]


_SAME: dict[str, Callable[[ServerField, str, Any], bool]] = {
    "boolean": _same_boolean,
    "integer": _same_integer,
    "float": _same_number,
    "monetary": _same_number,
    "html": _same_html,
    "selection": _same_choice,
}


FILE = f"{RUNS}/differences.jsonl"
TITLES = ("id", "source_row", "field", "sent", "stored")


@dataclass(frozen=True)
class Difference:
    """Describe a value that Odoo keeps differently; `stored` is as Odoo answers it, records by database ID."""

    mapping: str
    id: str
    row: int
    column: str
    sent: str
    stored: str


def shown(stored: Any) -> str:
    """Return a stored value as text: "" for nothing, lists in JSON."""
    if stored is None or stored is False:
        return ""
    if isinstance(stored, str):
        return stored
    return json.dumps(stored, ensure_ascii=False)


class Differences:
    """Keep runs/differences.jsonl: the differences of one database, over all runs; the latest counts."""

    def __init__(self, root: Path, database: str) -> None:
        """Read those of the project in `root`; raise FormatError where the file leads out of it."""
        self._path = inside(root, FILE)
        self._database = database
        self._lock = threading.Lock()
        self._known: dict[tuple[str, str], tuple[str, str]] = {}
        self.met: dict[tuple[str, str, str], Difference] = {}
        if self._path.exists():
            self._read()

    def _read(self) -> None:
        with self._path.open(encoding="utf-8") as stream:
            for line in stream:
                try:
                    entry = json.loads(line)
                    known = entry["id"], entry["column"], entry["sent"], entry["stored"], entry["database"]
                except (ValueError, KeyError, TypeError):
                    continue  # cut short by a crash, or spoilt: Odoo is asked again
                # Another database keeps other things differently, if only by its database IDs.
                if known[-1] == self._database:
                    self._known[known[:2]] = known[2:4]

    def is_known(self, difference: Difference) -> bool:
        """Tell whether Odoo keeps this differently, as it did before; it is then reported again."""
        known = self._known.get((difference.id, difference.column)) == (difference.sent, difference.stored)
        if known:
            self._meet(difference)
        return known

    def add(self, differences: Sequence[Difference]) -> None:
        """Remember differences, on disk too."""
        if not differences:  # asked for every record that is updated, and hardly any has one
            return
        with self._lock, self._path.open("a", encoding="utf-8") as stream:
            for one in differences:
                entry = {"database": self._database, "id": one.id, "column": one.column}
                entry |= {"sent": one.sent, "stored": one.stored}
                stream.write(json.dumps(entry, ensure_ascii=False) + "\n")
                self._known[one.id, one.column] = (one.sent, one.stored)
        for one in differences:
            self._meet(one)

    def _meet(self, difference: Difference) -> None:
        self.met[difference.mapping, difference.id, difference.column] = difference

    def write_reports(self, root: Path, folder: str, mappings: Iterable[str]) -> None:
        """Write <folder>/<mapping>.csv for each mapping that has any, and remove those of others."""
        by_mapping: dict[str, list[Difference]] = {}
        for one in self.met.values():
            by_mapping.setdefault(one.mapping, []).append(one)
        for mapping in mappings:
            name = f"{folder}/{mapping}.csv"
            if mapping not in by_mapping:
                inside(root, name).unlink(missing_ok=True)
                continue
            # In the order of the user's own file, whatever the order in which threads read them.
            rows = sorted(by_mapping[mapping], key=attrgetter("row", "column"))
            table = [[one.id, str(one.row), one.column, one.sent, one.stored] for one in rows]
            with replacing(root, name) as stream:
                stream.write(csv_text.text(TITLES, table).encode())

"""What Odoo keeps differently from what it was sent: shown, and remembered so that it is not sent for ever.

Some values Odoo changes whenever it stores them: it rounds a price, tidies markup, fills a contact's address from its
company. Each is sent, read back, sent once more by itself and read back again; what differs then is a difference. It
is reported, and while neither the payload nor Odoo changes it, later runs count it as kept differently.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from odoo_migrate.loading.runs import RUNS
from odoo_migrate.project import csv_text
from odoo_migrate.project.safe_files import inside, replacing

FILE = f"{RUNS}/differences.jsonl"
TITLES = ("id", "source_row", "field", "sent", "stored")


@dataclass(frozen=True)
class Difference:
    """`stored` is shown as Odoo answers it, records by their database IDs."""

    mapping: str
    id: str
    row: int
    column: str
    sent: str
    stored: str


def shown(stored: Any) -> str:
    """A stored value as text: "" for nothing, lists in JSON."""
    if stored is None or stored is False:
        return ""
    return stored if isinstance(stored, str) else json.dumps(stored, ensure_ascii=False)


class Differences:
    """runs/differences.jsonl: the differences of one database, over all runs of the project; the latest counts."""

    def __init__(self, root: Path, database: str) -> None:
        """`root` of the project. Raises FormatError where the file leads out of it."""
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
                if known[-1] == self._database:
                    self._known[known[:2]] = known[2:4]

    def is_known(self, difference: Difference) -> bool:
        """Whether Odoo keeps this differently, as it did before; it is then among those met."""
        known = self._known.get((difference.id, difference.column)) == (difference.sent, difference.stored)
        if known:
            self._meet(difference)
        return known

    def add(self, differences: Sequence[Difference]) -> None:
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
        """<folder>/<mapping>.csv in the project for each mapping that has any; those of others are removed."""
        for mapping in mappings:
            rows = [one for one in self.met.values() if one.mapping == mapping]
            name = f"{folder}/{mapping}.csv"
            if not rows:
                inside(root, name).unlink(missing_ok=True)
                continue
            rows.sort(key=lambda one: (one.row, one.column))
            table = [[one.id, str(one.row), one.column, one.sent, one.stored] for one in rows]
            with replacing(root, name) as stream:
                stream.write(csv_text.text(TITLES, table).encode())

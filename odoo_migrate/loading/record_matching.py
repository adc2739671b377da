"""Find which records of Odoo the records of a payload already are, and how sure that is.

The fields that the user names are tried in their order; the first that a record fills and by which Odoo has anything
decides. A match counts only where it is the one possible; everything else is left to a person, with both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from odoo_migrate.odoo import server_records as server
from odoo_migrate.odoo.client import Odoo

SHOWN = 5  # candidates of one record that are shown with their values
PAGE = 5000  # records of Odoo in one call, where all of them are looked through
# A company's contacts hold its tax ID as well; the number is the company's.
OWNERS: Mapping[tuple[str, str], list[Any]] = {
    ("res.partner", "vat"): ["|", ["is_company", "=", True], ["parent_id", "=", False]],
}

Kind = Literal["adopted", "doubtful", "new"]


@dataclass(frozen=True)
class MatchCandidate:
    """Hold a record of Odoo: its database ID, how Odoo shows it, and its values of the matched fields."""

    id: int
    name: str
    values: Mapping[str, str]


@dataclass
class RecordMatch:
    """Say what a record of the payload is in Odoo.

    Attributes:
        mapping: Its mapping.
        id: Its external ID.
        row: Its row in the raw file.
        values: Its own values of the matched fields, in their order.
        kind: Whether it is adopted, doubtful or new.
        column: The field that decided, "" where none did.
        value: What that field holds.
        found: The database IDs of all candidates.
        candidates: The first few of them with their values.
        reason: Why it is doubtful.
    """

    mapping: str
    id: str
    row: int
    values: tuple[str, ...]
    kind: Kind = "new"
    column: str = ""
    value: str = ""
    found: tuple[int, ...] = ()
    candidates: list[MatchCandidate] = field(default_factory=list)
    reason: str = ""

    def doubt(self, reason: str) -> None:
        """Leave the record to a person, for this reason."""
        self.kind, self.reason = "doubtful", reason


def folded(column: str) -> Callable[[str], str] | None:
    """Return what makes values of a field comparable; None where they must be the same to the letter."""
    if column == "vat":
        return _bare
    if "email" in column:
        return _trimmed
    return None


def _bare(text: str) -> str:
    """Return a tax ID without what people put between its parts: BE 0477.472.701 is be0477472701."""
    return "".join(text.split()).replace(".", "").lower()


def _trimmed(text: str) -> str:
    return text.strip().lower()


def agree(column: str, ours: str, theirs: str) -> bool:
    """Tell whether two values of a field are the same for a match."""
    fold = folded(column) or str
    return fold(ours) == fold(theirs)


class Matcher:
    """Match records of one model by `columns`; the context decides what is seen: archived records must be."""

    def __init__(self, odoo: Odoo, model: str, columns: Sequence[str], context: Mapping[str, Any]) -> None:
        """Take the fields to match by, the strongest first."""
        self._odoo, self._model, self._columns = odoo, model, tuple(columns)
        self._context = dict(context)

    def match(self, matched: Sequence[RecordMatch]) -> None:
        """Find the candidates of each, and say which records have none, several, or one that disagrees elsewhere."""
        undecided = list(matched)
        for place, column in enumerate(self._columns):
            key = folded(column) or str
            wanted = {key(one.values[place]) for one in undecided} - {""}
            found = self._find(column, wanted)
            left: list[RecordMatch] = []
            for one in undecided:
                one.found = tuple(found.get(key(one.values[place]), ()))
                if one.found:
                    one.column, one.value = column, one.values[place]
                else:
                    left.append(one)  # the next, weaker field may decide
            undecided = left
        decided = [one for one in matched if one.found]
        self._show(decided)
        for one in decided:
            self._judge(one)

    def _find(self, column: str, wanted: set[str]) -> dict[str, list[int]]:
        """Return database IDs by value.

        Where values are compared loosely, no search of Odoo's would find them all: then every value that it holds is
        looked through, some thousands a call.
        """
        if not wanted:
            return {}
        fold = folded(column)
        if fold is None:
            fold, rows = str, self._some(column, wanted)
        else:
            rows = self._all(column)
        found: dict[str, list[int]] = {}
        for row in rows:
            value = fold(row[column] or "")
            if value in wanted:
                found.setdefault(value, []).append(row["id"])
        return found

    def _some(self, column: str, wanted: set[str]) -> Iterable[dict[str, Any]]:
        for part in server.chunks(sorted(wanted), server.CHUNK):
            yield from self._search([[column, "in", part]], column)

    def _all(self, column: str) -> Iterable[dict[str, Any]]:
        # By the last ID and not by an offset: Odoo would count all rows before the page again, for every page.
        last = 0
        while True:
            rows = self._search([["id", ">", last], [column, "!=", False]], column, order="id", limit=PAGE)
            yield from rows
            if len(rows) < PAGE:
                return
            last = rows[-1]["id"]

    def _search(self, domain: list[Any], column: str, **page: Any) -> list[dict[str, Any]]:
        whole = [*domain, *OWNERS.get((self._model, column), [])]
        rows: list[dict[str, Any]] = self._odoo.call(
            self._model, "search_read", whole, [column], context=self._context, **page
        )
        return rows

    def _show(self, matched: Sequence[RecordMatch]) -> None:
        """Read the first candidates of each; those that are gone by now are left out."""
        ids: dict[int, None] = {}
        for one in matched:
            ids.update(dict.fromkeys(one.found[:SHOWN]))
        names = ["display_name", *self._columns]
        # Of no records, this makes no call.
        rows = server.read(self._odoo, self._model, ids, names, self._context)
        for one in matched:
            shown = [rows[found] for found in one.found[:SHOWN] if found in rows]
            one.candidates = [self._candidate(row) for row in shown]

    def _candidate(self, row: Mapping[str, Any]) -> MatchCandidate:
        values = {column: str(row[column] or "") for column in self._columns}
        return MatchCandidate(row["id"], str(row["display_name"] or ""), values)

    def _judge(self, match: RecordMatch) -> None:
        match.kind = "adopted"
        if len(match.found) > 1:
            match.doubt(f"{len(match.found)} records of Odoo have this {match.column}.")
        elif not match.candidates:
            match.doubt("Odoo has just lost the record with this value; match again.")
        else:
            # One record of Odoo, found by one field: it must not disagree in any other that both fill.
            theirs = match.candidates[0].values
            for column, ours in zip(self._columns, match.values, strict=True):
                if ours and theirs[column] and not agree(column, ours, theirs[column]):
                    match.doubt(f"{match.column} agrees but {column} differs.")
                    return


def doubt_shared(matched: Iterable[RecordMatch]) -> None:
    """Leave records of one model that match the same record of Odoo to a person: it cannot be two of the payload."""
    claims: dict[int, list[RecordMatch]] = {}
    for one in matched:
        for found in one.found:
            claims.setdefault(found, []).append(one)
    for claiming in claims.values():
        if len(claiming) == 1:
            continue
        reason = _both(claiming)
        for one in claiming:
            if one.kind == "adopted":  # what is in doubt already keeps its first reason
                one.doubt(reason)


def _both(claiming: Sequence[RecordMatch]) -> str:
    """Say which rows claim one record; rows of several files are named with their mapping."""
    rows = [str(one.row) for one in claiming]
    if len({one.mapping for one in claiming}) > 1:
        rows = [f"{one.row} of {one.mapping}" for one in claiming]
    if len(rows) == 2:
        return f"Rows {rows[0]} and {rows[1]} both match it."
    shown = ", ".join(rows[:SHOWN])
    if len(rows) > SHOWN:
        shown += " …"
    return f"{len(rows)} rows match it: {shown}."


def doubt_taken(odoo: Odoo, model: str, matched: Iterable[RecordMatch], ours: Callable[[str], bool]) -> None:
    """Leave matches whose record of Odoo has an ID of this project to a person; `ours` tells such IDs."""
    by_record = {one.found[0]: one for one in matched if one.kind == "adopted"}
    for part in server.chunks(by_record, server.CHUNK):
        domain = [["model", "=", model], ["res_id", "in", part]]
        for row in odoo.call("ir.model.data", "search_read", domain, ["module", "name", "res_id"]):
            external_id = f"{row['module']}.{row['name']}"
            if ours(external_id):
                by_record[row["res_id"]].doubt(f"It is '{external_id}' already.")

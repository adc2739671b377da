"""Removing records from Odoo: in which order, what must not go along, and what to do where Odoo refuses some."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from odoo_migrate.loading.created_by_run import SEEN, Entry, alive
from odoo_migrate.loading.later_additions import Load, telling
from odoo_migrate.odoo import server_records as server
from odoo_migrate.odoo.client import Odoo
from odoo_migrate.odoo.odoo_errors import Fault
from odoo_migrate.stages.load_order import Step

ACCESS_ERROR = "odoo.exceptions.AccessError"
LEFT = "Odoo said that it removed this record, and still has it."

ORPHANED = "{0} refers to this record, is to stay, and would lose what it belongs to."
ADDED = "Odoo would remove {0} {1} with it, which somebody added after the load."


class Unlinker:
    """Removes records of one model."""

    def __init__(self, odoo: Odoo, model: str, context: Mapping[str, Any]) -> None:
        self._odoo, self._model, self._context = odoo, model, context

    def unlink(self, entries: Sequence[Entry]) -> Iterator[tuple[list[Entry], str | None]]:
        """Remove what Odoo lets go, halving calls that it refuses; gives, as it goes on, records with None where they
        are gone and with Odoo's words where they stay. Raises OdooError when the server is lost.
        """
        refused = self._try(entries)
        # Records go with others, and a repeated call finds its work done: what counts is what is there.
        there = alive(self._odoo, self._model, [one.database_id for one in entries])
        left = [one for one in entries if one.database_id in there]
        gone = [one for one in entries if one.database_id not in there]
        if gone:
            yield gone, None
        if not left:
            return
        if refused is None:
            yield left, LEFT
        elif gone:
            yield from self.unlink(left)
        elif len(left) == 1:
            yield left, " ".join(refused.message.split())
        else:
            middle = len(left) // 2
            yield from self.unlink(left[:middle])
            yield from self.unlink(left[middle:])

    def _try(self, entries: Sequence[Entry]) -> Fault | None:
        try:
            self._odoo.call(self._model, "unlink", [one.database_id for one in entries], context=self._context)
        except Fault as fault:
            return fault
        return None


def depths(odoo: Odoo, step: Step, entries: Sequence[Entry]) -> dict[int, int]:
    """How many of `entries` stand above each, by database ID, as Odoo holds them now; those that refer to each other in
    a circle count as on top.
    """
    names = [column.removesuffix("/id") for column in step.selves]
    ours = {one.database_id for one in entries}
    rows = server.read(odoo, step.model, ours, names, SEEN) if names and ours else {}
    parents = {place: {one for name in names for one in _ids(row[name])} & ours for place, row in rows.items()}
    found: dict[int, int] = {}
    waiting = parents
    while waiting:
        ready = [place for place, above in waiting.items() if above.isdisjoint(waiting)]
        found.update({place: 1 + max((found.get(one, 0) for one in waiting[place]), default=-1) for place in ready})
        waiting = {place: above for place, above in waiting.items() if place not in found}
        if not ready:
            break
    return found


def _ids(stored: Any) -> list[int]:
    if isinstance(stored, list):
        return stored
    return [stored] if stored else []


def spared(
    odoo: Odoo, model: str, ids: Sequence[int], ours: Mapping[str, Collection[int]], load: Load
) -> dict[int, str]:
    """Records whose removal would take others with it that are to stay (all but `ours`: database IDs by model), by
    database ID, with the reason. Parts of a record, such as its lines, go with it; what bears an external ID of its
    own, stands below it in the same tree, or was added by somebody after `load`, does not.
    """
    found: dict[int, str] = {}
    trees: dict[int, int] = {}  # what stands right above, within the model
    ties = _ties(odoo, model) if ids else []
    names = telling(odoo, {other for other, _, vanish in ties if vanish}) if ties else {}
    for other, name, vanish in ties:
        for part in server.chunks(ids, server.CHUNK):
            rows = _below(odoo, other, name, part, names.get(other, ()))
            below = {place: row[name][0] for place, row in rows.items()}
            strangers = [one for one in below if one not in ours.get(other, ())]
            known = _named(odoo, other, strangers)
            for one in strangers:
                which = f"'{known[one]}'" if one in known else f"{other} {one}"
                if not vanish:
                    found.setdefault(below[one], ORPHANED.format(which))
                elif other == model or one in known:
                    found.setdefault(below[one], f"Odoo would remove {which} with it, which is to stay.")
                elif other in names and not load.made(rows[one]):
                    found.setdefault(below[one], ADDED.format(other, one))
            trees.update(below if other == model else {})
    _spread(found, trees)
    return found


def _below(odoo: Odoo, model: str, name: str, ids: Sequence[int], more: Sequence[str]) -> dict[int, dict[str, Any]]:
    """The records whose field `name` refers to one of `ids`, by database ID, with that field and `more`."""
    try:
        rows = odoo.call(model, "search_read", [[name, "in", ids]], [name, *more], context=SEEN)
    except Fault as fault:
        if fault.name == ACCESS_ERROR:
            return {}  # what this user may not read, no load of this user's brought
        raise
    return {row["id"]: row for row in rows}


def _spread(found: dict[int, str], trees: Mapping[int, int]) -> None:
    """What stays keeps all that stands above it."""
    for one in list(found):
        above = trees.get(one)
        while above is not None and above not in found:
            found[above] = found[one]
            above = trees.get(above)


def _ties(odoo: Odoo, model: str) -> list[tuple[str, str, bool]]:
    """Model and field of all records that vanish (True) with one of `model`, or are of the same model and lose what
    they belong to (False): Odoo empties the company of a contact whose company goes. Those of wizards vanish anyway.
    """
    domain = [["relation", "=", model], ["ttype", "=", "many2one"], ["store", "=", True]]
    lasting = ["model_id.transient", "=", False]
    asked = [*domain, ["on_delete", "in", ["cascade", "set null"]], lasting]
    rows = odoo.call("ir.model.fields", "search_read", asked, ["model", "name", "on_delete"])
    ties = ((row["model"], row["name"], row["on_delete"] == "cascade") for row in rows)
    return sorted((other, name, vanish) for other, name, vanish in ties if vanish or other == model)


def _named(odoo: Odoo, model: str, ids: Collection[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for part in server.chunks(ids, server.CHUNK):
        domain = [["model", "=", model], ["res_id", "in", part]]
        for row in odoo.call("ir.model.data", "search_read", domain, ["module", "name", "res_id"]):
            found[row["res_id"]] = f"{row['module']}.{row['name']}"
    return found

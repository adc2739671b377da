"""The import of the small Odoo in `odoo_store`: cells to values, Odoo's complaints word for word, all rows or none."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.odoo_store import Model, Refused, ServerFault, Store

YES, NO = {"1", "true", "yes"}, {"", "0", "false", "no"}
MOST_ERRORS = 10
HELP = "See all possible values"


class Unfit(Exception):
    """A cell that cannot be converted."""

    def __init__(self, message: str, more: Any = None) -> None:
        super().__init__(message)
        self.message = message
        self.more = more


@dataclass
class Import:
    """One call of `load`."""

    store: Store
    model: Model
    fields: Sequence[str]
    context: Mapping[str, Any]
    messages: list[dict[str, Any]] = field(default_factory=list)
    ids: list[int] = field(default_factory=list)
    batch: list[tuple[int, str, dict[str, Any]]] = field(default_factory=list)

    def run(self, rows: Sequence[Sequence[str]]) -> dict[str, Any]:
        mark = len(self.store.undo)
        for name in self.fields:
            top = name.split("/")[0]
            if top not in (".id", "id") and top not in self.model.fields:
                raise unknown(name, self.store.version)
        for place, row in enumerate(rows):
            self._convert(place, dict(zip(self.fields, row, strict=True)))
        self._flush()
        failed = any(message["type"] == "error" for message in self.messages)
        if failed:
            self.store.undone(mark)
        elif self.ids:
            self.store.writes += 1
        return {"ids": False if failed else self.ids, "messages": self.messages, "nextrow": 0}

    def _convert(self, place: int, cells: Mapping[str, str]) -> None:
        external_id, values = "", {}
        for column, cell in cells.items():
            if not isinstance(cell, str):
                raise ServerFault("builtins.AttributeError", f"'{type(cell).__name__}' object has no attribute 'lower'")
            if column == "id":
                external_id = cell if "." in cell or not cell else f"__import__.{cell}"
                continue
            name, _, sub = column.partition("/")
            try:
                values[name] = self._value(name, sub, cell)
            except Unfit as unfit:
                self.messages.append(self._unfit(place, name, unfit))
        self.batch.append((place, external_id, values))

    def _unfit(self, place: int, name: str, unfit: Unfit) -> dict[str, Any]:
        label = self.model.label(name)
        told = {"rows": {"from": place, "to": place}, "type": "error", "record": place, "field": name}
        told["message"] = unfit.message.replace("%(field)s", label)
        if unfit.more is not None:
            told["moreinfo"] = unfit.more
        if "%(field)s" in unfit.message:
            told["field_name"] = label
        return told

    def _value(self, name: str, sub: str, cell: str) -> Any:
        kind = self.model.fields[name]["type"]
        if kind in {"many2one", "many2many"}:
            return self._reference(name, sub, cell, several=kind == "many2many")
        if kind == "boolean":
            return boolean(cell)
        if not cell:
            return {"integer": 0, "float": 0.0, "monetary": 0.0}.get(kind, False)
        convert = {"integer": integer, "float": number, "monetary": number, "date": day, "html": html}.get(kind)
        if convert:
            return convert(cell)
        if kind == "datetime":
            return moment(cell, str(self.context.get("tz") or "UTC"))
        return choice(cell, self.model.fields[name]["selection"]) if kind == "selection" else cell

    def _reference(self, name: str, sub: str, cell: str, *, several: bool) -> Any:
        relation = self.model.fields[name]["relation"]
        if sub not in {"", "id", ".id"}:
            raise Unfit("Can not create Many-To-One records indirectly, import the field separately")
        if not several:
            return self._referred(relation, sub, cell)
        found = [self._referred(relation, sub, part) for part in cell.split(",")] if cell else []
        return sorted(found)

    def _referred(self, relation: str, sub: str, cell: str) -> int | bool:
        if cell.lower() in (NO if sub else {""}):
            return False
        if sub == "id":
            return self._by_external_id(relation, cell)
        found = [number for number, values in self.store.model(relation).records.items() if values.get("name") == cell]
        if not found:
            raise Unfit(f"No matching record found for name '{cell}' in field '%(field)s'", self._window(relation))
        return found[0]

    def _by_external_id(self, relation: str, cell: str) -> int:
        if any(external_id == cell for _, external_id, _ in self.batch):
            self._flush()
        found = self.store.named(cell if "." in cell else f"__import__.{cell}")
        if found is None or found[1] not in self.store.model(found[0]).records:
            more = {**self._window("ir.model.data"), "domain": [["model", "=", relation]]}
            raise Unfit(f"No matching record found for external id '{cell}' in field '%(field)s'", more)
        if found[0] != relation:
            raise Unfit(f"Invalid external ID {cell}: expected model '{relation}', found '{found[0]}'")
        return found[1]

    def _window(self, model: str) -> dict[str, Any]:
        listed = "list" if self.store.version >= "18" else "tree"
        return {
            "name": "Possible Values",
            "type": "ir.actions.act_window",
            "target": "new",
            "view_mode": f"{listed},form",
            "views": [[False, "list"], [False, "form"]],
            "context": {"create": False},
            "help": HELP,
            "res_model": model,
        }

    def _flush(self) -> None:
        """Store what was converted: together, and if that fails one by one, so as to tell which rows are wrong."""
        batch, self.batch = self.batch, []
        mark, whole, stored = len(self.store.undo), None, len(self.ids)
        try:
            self._store_all(batch)
        except Refused as refused:
            self.store.undone(mark)
            del self.ids[stored:]
            whole = self._complaint(batch[0][0], refused) if refused.of_odoo else None
        else:
            return
        errors = self._one_by_one(batch)
        # Since 18 what was said of the whole batch is put first, as if its first row were to blame.
        if errors and whole and whole not in self.messages and self.store.version >= "18":
            self.messages.insert(0, whole)

    def _one_by_one(self, batch: Sequence[tuple[int, str, dict[str, Any]]]) -> int:
        errors = 0
        for tried, record in enumerate(batch, 1):
            mark = len(self.store.undo)
            try:
                self._store_all([record])
            except Refused as refused:
                self.store.undone(mark)
                self.messages.append(self._complaint(record[0], refused))
                errors += 1
            if errors >= MOST_ERRORS and errors >= tried / 10:
                told = "Found more than 10 errors and more than one error per 10 records, interrupted to avoid showing "
                self.messages.append({"type": "warning", "message": f"{told}too many errors."})
                break
        return errors

    def _complaint(self, place: int, refused: Refused) -> dict[str, Any]:
        told: dict[str, Any] = {"rows": {"from": place, "to": place}, "record": place, "type": "error"}
        told["message"] = refused.message
        return {**told, "field": refused.field} if refused.field else told

    def _store_all(self, batch: Sequence[tuple[int, str, dict[str, Any]]]) -> None:
        """Odoo updates what it knows first, then creates the rest; the IDs come in the order of the rows."""
        placed: dict[int, int] = {}
        for place, external_id, values in batch:
            if known := self._known(external_id):
                self.store.write(self.model.name, known, values)
                placed[place] = known
        last = {external_id or str(place): values for place, external_id, values in batch if place not in placed}
        made: dict[str, int] = {}
        for place, external_id, _ in batch:
            key = external_id or str(place)
            if place not in placed:
                if key not in made:
                    made[key] = self._create(external_id, last[key])
                placed[place] = made[key]
        self.ids.extend(placed[place] for place, _, _ in batch)

    def _known(self, external_id: str) -> int:
        found = self.store.named(external_id) if external_id else None
        if found is None:
            return 0
        model, record = found
        if model != self.model.name:
            told = f"For external id {external_id} when trying to create/update a record of model {self.model.name} "
            row = self.store.xids[external_id]
            raise Refused(f"{told}found record of different model {model} ({row})", of_odoo=True)
        return record if record in self.model.records else 0

    def _create(self, external_id: str, values: Mapping[str, Any]) -> int:
        new = self.store.create(self.model.name, values)
        if not external_id:
            return new
        if " " in external_id.partition(".")[2]:
            told = 'new row for relation "ir_model_data" violates check constraint "ir_model_data_name_nospaces"'
            raise Refused(f"{told}\nDETAIL:  Failing row contains (…).\n")
        self.store.name(external_id, self.model.name, new)
        return new


def unknown(column: str, version: str) -> ServerFault:
    """A column that the model does not have."""
    if version < "18":
        return ServerFault("builtins.KeyError", column)
    return ServerFault("builtins.ValueError", f"Invalid field name '{column}'")


def boolean(cell: str) -> bool:
    if cell.lower() not in YES | NO:
        raise Unfit(f"Unknown value '{cell}' for boolean field '%(field)s'", "Use '1' for yes and '0' for no")
    return cell.lower() in YES


def integer(cell: str) -> int:
    try:
        return int(cell)
    except ValueError:
        raise Unfit(f"'{cell}' does not seem to be an integer for field '%(field)s'") from None


def number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        raise Unfit(f"'{cell}' does not seem to be a number for field '%(field)s'") from None


def day(cell: str) -> str:
    try:
        return date.fromisoformat(cell).isoformat() if re.fullmatch(r"\d{4}-\d\d-\d\d", cell) else _never(cell)
    except ValueError:
        told = f"'{cell}' does not seem to be a valid date for field '%(field)s'"
        raise Unfit(told, "Use the format '2012-12-31'") from None


def moment(cell: str, zone: str) -> str:
    """Read in the context's time zone, stored in UTC."""
    try:
        fine = re.fullmatch(r"\d{4}-\d\d-\d\d( \d\d:\d\d(:\d\d)?)?", cell)
        read = datetime.fromisoformat(cell) if fine else _never(cell)
    except ValueError:
        told = f"'{cell}' does not seem to be a valid datetime for field '%(field)s'"
        raise Unfit(told, "Use the format '2012-12-31 23:59:59'") from None
    return read.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _never(cell: str) -> Any:
    raise ValueError(cell)


def choice(cell: str, selection: Sequence[Sequence[str]]) -> str:
    for key, label in selection:
        if cell.lower() in {str(key).lower(), str(label).lower()}:
            return str(key)
    labels = [label or key for key, label in selection if label or key]
    raise Unfit(f"Value '{cell}' not found in selection field '%(field)s'", labels)


def html(cell: str) -> str:
    return cell if re.search(r"<[a-z]", cell) else f"<p>{cell}</p>"

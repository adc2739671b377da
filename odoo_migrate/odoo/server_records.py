"""Ask a server for what a load needs: records by external ID, fields, values, and the import itself."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from odoo_migrate.odoo.client import Odoo
from odoo_migrate.odoo.odoo_errors import Fault
from odoo_migrate.odoo.retryable_faults import clash

T = TypeVar("T")

CHUNK = 1000  # IDs in one call
DEFAULT_MODULE = "__import__"  # where an external ID without a dot ends up

_ATTRIBUTES = (
    *("type", "string", "relation", "required", "readonly", "selection", "digits", "size", "store"),
    *("depends", "company_dependent", "translate"),
)

# What modules call the argument of default_get; Odoo's own name is the first.
_NAMES_OF_DEFAULTS = ("fields", "fields_list", "default_fields", "field_list")
# How an exception is called where a method does not take the arguments: over JSON-RPC, and over JSON-2.
_WRONG_ARGUMENTS = ("TypeError", "UnprocessableEntity")
# Odoo 18 extends default_get of these without its decorator for methods of no record, so that a call has to name
# records first. A version or a set of modules that does not is asked the other way next.
_DEFAULTS_OF_RECORDS = frozenset(
    {"account.bank.statement.line", "account.move.line", "product.template", "project.update", "res.partner.bank"}
    | {"resource.calendar.leaves", "sale.order.line"}
)


@dataclass(frozen=True)
class ServerField:
    """Describe a field as the server does.

    Attributes:
        selection: (key, label) pairs.
        digits: All digits and those after the point, or None.
        depends: What it is computed from.
        size: The longest text, 0 where there is no limit.
    """

    name: str
    type: str
    label: str = ""
    relation: str = ""
    required: bool = False
    readonly: bool = False
    selection: tuple[tuple[str, str], ...] = ()
    digits: tuple[int, int] | None = None
    depends: tuple[str, ...] = ()
    company_dependent: bool = False
    translate: bool = False
    size: int = 0
    store: bool = True


@dataclass(frozen=True)
class Message:
    """Hold what the import says of some rows of a call.

    Attributes:
        first: The first row, counted from 0; -1 where it is none in particular.
        last: The last row.
        type: Whether it is an error or a warning.
        field: The field's name, or "".
        text: Odoo's words.
    """

    first: int
    last: int
    type: str
    field: str
    text: str

    @property
    def error(self) -> bool:
        """Tell whether it is an error."""
        return self.type == "error"


@dataclass(frozen=True)
class Answer:
    """Hold what `load` answered: database IDs in the order of the records, None where nothing was stored."""

    ids: list[int] | None
    messages: list[Message]

    @property
    def errors(self) -> list[Message]:
        """Return the messages that are errors."""
        return [message for message in self.messages if message.error]


def split_id(external_id: str) -> tuple[str, str]:
    """Return module and name, parted at the first dot as Odoo does."""
    module, dot, name = external_id.partition(".")
    if not dot:
        return DEFAULT_MODULE, external_id
    return module, name


def find(odoo: Odoo, external_ids: Iterable[str]) -> dict[str, tuple[str, int]]:
    """Return model and database ID of each external ID that the server knows, by the ID as it was given."""
    wanted: dict[str, dict[str, list[str]]] = {}
    for given in dict.fromkeys(external_ids):
        module, name = split_id(given)
        wanted.setdefault(module, {}).setdefault(name, []).append(given)
    found: dict[str, tuple[str, int]] = {}
    for module, names in sorted(wanted.items()):
        for part in chunks(sorted(names), CHUNK):
            for row in _identities(odoo, module, part):
                found.update(dict.fromkeys(names[row["name"]], (row["model"], row["res_id"])))
    return found


def any_named(odoo: Odoo, namespace: str) -> bool:
    """Tell whether the server knows any external ID of a namespace (Odoo calls it a module)."""
    domain = [["module", "=", namespace], ["res_id", "!=", False]]
    return bool(odoo.call("ir.model.data", "search_read", domain, ["res_id"], 0, 1))


def _identities(odoo: Odoo, module: str, names: Sequence[str]) -> list[dict[str, Any]]:
    domain = [["module", "=", module], ["name", "in", list(names)], ["res_id", "!=", False]]
    rows: list[dict[str, Any]] = odoo.call("ir.model.data", "search_read", domain, ["name", "model", "res_id"])
    return rows


def server_fields(odoo: Odoo, model: str) -> dict[str, ServerField]:
    """Return the fields of a model by name, asked once for a login and its clones."""
    key = ("fields", model)
    if key not in odoo.remembered:
        answer = odoo.call(model, "fields_get", attributes=list(_ATTRIBUTES))
        odoo.remembered[key] = {name: _field(name, entry) for name, entry in answer.items()}
    fields: dict[str, ServerField] = odoo.remembered[key]
    return fields


def _field(name: str, answer: Mapping[str, Any]) -> ServerField:
    return ServerField(
        name=name,
        type=answer["type"],
        label=answer.get("string") or "",
        relation=answer.get("relation") or "",
        required=bool(answer.get("required")),
        readonly=bool(answer.get("readonly")),
        selection=_choices(answer.get("selection")),
        digits=_digits(answer.get("digits")),
        depends=tuple(answer.get("depends") or ()),
        company_dependent=bool(answer.get("company_dependent")),
        translate=bool(answer.get("translate")),
        size=answer.get("size") or 0,
        store=bool(answer.get("store")),
    )


def _choices(answer: Any) -> tuple[tuple[str, str], ...]:
    """Return the (key, label) pairs of a choice; none where Odoo works them out by a method of its own."""
    if not isinstance(answer, list):
        return ()
    return tuple((str(key), str(label)) for key, label in answer)


def _digits(answer: Any) -> tuple[int, int] | None:
    """Return all digits and those after the point; Odoo sends False where a number has no such limit."""
    if not isinstance(answer, list):
        return None
    return int(answer[0]), int(answer[1])


def read(
    odoo: Odoo, model: str, ids: Iterable[int], names: Sequence[str], context: Mapping[str, Any] | None = None
) -> dict[int, dict[str, Any]]:
    """Return the values of records by database ID; records that are gone are left out.

    A many2one is its database ID or False, a datetime is UTC, an empty value of most types is False.
    """
    values: dict[int, dict[str, Any]] = {}
    for part in chunks(ids, CHUNK):
        # Without `load`, every many2one comes with its name, which the server computes one by one.
        rows = odoo.call(model, "read", part, list(names), "", context=context)
        values.update({row["id"]: row for row in rows})
    return values


def read_visible(
    odoo: Odoo, model: str, ids: Sequence[int], names: Sequence[str], context: Mapping[str, Any]
) -> tuple[dict[int, dict[str, Any]], set[int]]:
    """Return the values of records by database ID, and the IDs of those that this user may not read.

    Records of another company are such. Odoo refuses a whole call for one of them, so it is halved until each is alone.
    """
    if not ids:
        return {}, set()
    try:
        return read(odoo, model, ids, names, context), set()
    except Fault as fault:
        if not fault.name.endswith("AccessError"):
            raise
    if len(ids) == 1:
        return {}, set(ids)
    middle = len(ids) // 2
    first, hidden = read_visible(odoo, model, ids[:middle], names, context)
    second, more = read_visible(odoo, model, ids[middle:], names, context)
    return first | second, hidden | more


def load(
    odoo: Odoo,
    model: str,
    fields: Sequence[str],
    rows: Sequence[Sequence[str]],
    context: Mapping[str, Any] | None = None,
) -> Answer:
    """Import rows and return Odoo's answer.

    They carry external IDs, so that an import whose answer got lost may be repeated; one that was in another
    transaction's way is repeated at once.
    """
    answer = odoo.call(model, "load", list(fields), [list(row) for row in rows], context=context, accept=_clashed)
    messages = [message(one) for one in answer.get("messages", ())]
    ids = answer.get("ids")
    if not isinstance(ids, list):  # False: nothing of the call is stored
        return Answer(None, messages)
    return Answer(ids, messages)


def _clashed(answer: Mapping[str, Any]) -> str:
    """Return why `load` stored nothing if transactions clashed, which it reports as if the row were wrong; else ""."""
    if answer.get("ids"):
        return ""
    for one in answer.get("messages", ()):
        text = str(one.get("message"))
        if clash(text):
            return f"Another transaction was in the way: {text}"
    return ""


def message(answer: Mapping[str, Any]) -> Message:
    """Return a message of `load`, or of the import wizard, which names fields its own way."""
    rows = answer.get("rows") or {}
    given = rows.get("from", answer.get("record"))
    first = -1
    if isinstance(given, int) and given is not False:  # Odoo says False where a message names no row
        first = given
    field = answer.get("field") or answer.get("field_path") or ""
    if isinstance(field, list):  # the wizard's path: ["parent_id", "id"]
        field = "/".join(map(str, field))
    return Message(
        first=first,
        last=rows.get("to", first),
        type=answer.get("type") or "error",
        field=str(field),
        text=str(answer.get("message") or ""),
    )


def defaults(odoo: Odoo, model: str, names: Sequence[str], context: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return what Odoo puts into fields that are left out on creation, where it has a default."""
    ways = _ways_to_ask_for_defaults(odoo, model, list(names))
    # A way that failed leaves a traceback in the server's log, so what worked once is what is asked from then on.
    key = ("way of default_get", model)
    if key in odoo.remembered:
        ways = [ways[odoo.remembered[key]]]
    refusals: list[Fault] = []
    for number, (positional, named) in enumerate(ways):
        try:
            given = odoo.call(model, "default_get", *positional, context=context, **named)
        except Fault as fault:
            if not fault.name.endswith(_WRONG_ARGUMENTS):
                raise
            refusals.append(fault)
            continue
        odoo.remembered.setdefault(key, number)
        return dict(given)
    raise refusals[0]


def _ways_to_ask_for_defaults(odoo: Odoo, model: str, names: list[str]) -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
    """Return the arguments, by position and by name, that `default_get` of a model may take; likely ones first."""
    if odoo.by_name:
        # JSON-2 answers a wrong name with status 422 and logs nothing.
        return [((), {name: names}) for name in _NAMES_OF_DEFAULTS]
    alone: tuple[tuple[Any, ...], dict[str, Any]] = ((names,), {})
    after_records: tuple[tuple[Any, ...], dict[str, Any]] = ((names,), {"ids": []})
    if model in _DEFAULTS_OF_RECORDS:
        return [after_records, alone]
    return [alone, after_records]


def database_uuid(odoo: Odoo) -> str:
    """Return what tells this database from any other, even from its copies; "" where we may not see it."""
    domain = [["key", "=", "database.uuid"]]
    try:
        rows = odoo.call("ir.config_parameter", "search_read", domain, ["value"])
    except Fault:
        return ""
    if not rows:
        return ""
    return str(rows[0]["value"])


def chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield the items in lists of at most `size`."""
    left = iter(items)
    while part := list(islice(left, size)):
        yield part


class KnownIds:
    """Keep database IDs by external ID, for references; what is missing is asked again, as it may have come since."""

    def __init__(self) -> None:
        """Start with none."""
        self._ids: dict[str, int] = {}
        self._lock = threading.Lock()

    def get(self, external_id: str) -> int | None:
        """Return the database ID, or None where it is not known."""
        return self._ids.get(external_id)

    def learn(self, odoo: Odoo, external_ids: Iterable[str]) -> None:
        """Ask the server for those that are not known yet."""
        unknown = [one for one in dict.fromkeys(external_ids) if one not in self._ids]
        if unknown:
            found = find(odoo, unknown)
            self.remember({one: place[1] for one, place in found.items()})

    def remember(self, ids: Mapping[str, int]) -> None:
        """Add database IDs; safe from several threads."""
        with self._lock:
            self._ids.update(ids)

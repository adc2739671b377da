"""The methods of Odoo's models that a load calls, answered by the small Odoo in `odoo_store`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests import odoo_wizard
from tests.odoo_import import Import
from tests.odoo_store import Model, Refused, ServerFault, Store, empty, matching, user_error

RIGHTS = {"search_read": "read", "search": "read", "search_count": "read", "read": "read", "write": "write"}
RIGHTS |= {"create": "create", "unlink": "unlink", "load": "create"}
# Positional arguments, without the records that some methods have first.
NAMES = {
    "search_read": ("domain", "fields", "offset", "limit", "order"),
    "search": ("domain", "offset", "limit", "order"),
    "search_count": ("domain", "limit"),
    "read": ("ids", "fields", "load"),
    "load": ("fields", "data"),
    "fields_get": ("allfields", "attributes"),
    "default_get": ("fields",),  # or fields_list, see DEFAULTS_OF_RECORDS
    "unlink": ("ids",),
    "write": ("ids", "vals"),
    "create": ("vals_list",),
    "exists": ("ids",),
    "has_access": ("ids", "operation"),
    "check_access": ("ids", "operation"),
    "check_access_rights": ("ids", "operation", "raise_exception"),
    "context_get": (),
    "execute_import": ("ids", "fields", "columns", "options", "dryrun"),
    "get_installed": (),
    "get_param": ("key", "default"),
}
# Models whose default_get is extended as a method of records, with another name for its argument.
DEFAULTS_OF_RECORDS = frozenset({"account.move.line", "product.template", "res.partner.bank", "sale.order.line"})


def call(store: Store, model: str, method: str, positional: Sequence[Any], named: Mapping[str, Any]) -> Any:
    """The answer of a method. Raises ServerFault."""
    with store.lock:
        store.calls.append((model, method, positional, named))
        place = store.model(model)
        if model in store.faults:
            raise store.faults[model]
        if method not in NAMES:
            raise ServerFault("builtins.AttributeError", f"The method '{model}.{method}' does not exist")
        if method == "default_get":
            given = defaults_asked(model, positional, named)
        else:
            given = {**dict(zip(NAMES[method], positional, strict=False)), **named}
        if method in RIGHTS and (model, RIGHTS[method]) in store.denied:
            raise user_error(denial(place, RIGHTS[method]), "AccessError")
        context = given.pop("context", None) or {}
        mark = len(store.undo)
        try:
            answer = globals()[f"do_{method}"](store, place, context, **given)
        except Refused as refused:
            store.undone(mark)
            raise user_error(refused.message) from None
        except ServerFault:
            store.undone(mark)
            raise
        store.undo.clear()
        return answer


def defaults_asked(model: str, positional: Sequence[Any], named: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of default_get, which must fit how the model defines it. Raises ServerFault."""
    of_records = model in DEFAULTS_OF_RECORDS
    argument = "fields_list" if of_records else "fields"
    if positional and len(positional) != 1 + of_records:
        raise ServerFault("builtins.TypeError", f"{model}.default_get() takes other arguments than these")
    if not positional and argument not in named:
        raise ServerFault("werkzeug.exceptions.UnprocessableEntity", f"missing a required argument: '{argument}'")
    asked = positional[-1] if positional else named[argument]
    return {"fields": asked, **{name: value for name, value in named.items() if name == "context"}}


def denial(model: Model, operation: str) -> str:
    verb = {"read": "access", "write": "modify", "create": "create", "unlink": "delete"}[operation]
    return f"You are not allowed to {verb} '{model.name}' ({model.name}) records.\n\nContact your administrator."


def found(model: Model, domain: Sequence[Any], context: Mapping[str, Any]) -> list[int]:
    rows = model.records.items()
    asked = any(isinstance(term, list) and term[0] == "active" for term in domain)
    if "active" in model.fields and not asked and context.get("active_test", True):
        rows = [(number, values) for number, values in rows if values["active"]]
    return matching(rows, domain)


def ordered(ids: list[int], offset: int, limit: int | None) -> list[int]:
    return sorted(ids)[offset or 0 :][: limit or None]


def do_search(store, model, context, domain=(), offset=0, limit=None, order=None):
    return ordered(found(model, domain, context), offset, limit)


def do_search_count(store, model, context, domain=(), limit=None):
    return len(found(model, domain, context))


def do_search_read(
    store, model, context, domain=(), fields=None, offset=0, limit=None, order=None, load="_classic_read"
):
    return do_read(store, model, context, ordered(found(model, domain, context), offset, limit), fields, load)


def do_read(store, model, context, ids=(), fields=None, load="_classic_read"):
    names = [name for name in (fields or model.fields) if name != "id"]
    for name in names:
        if name not in model.fields:
            raise ServerFault("builtins.ValueError", store.words("unreadable", name=name, model=model.name))
    return [{"id": record, **_shown(store, model, record, names, load)} for record in ids if record in model.records]


def _shown(store: Store, model: Model, record: int, names: Sequence[str], load: str) -> dict[str, Any]:
    values = {name: model.records[record].get(name, empty(model.fields[name]["type"])) for name in names}
    if "display_name" in names:
        values["display_name"] = str(model.records[record].get("name") or "")
    for name in names:
        if load == "_classic_read" and model.fields[name]["type"] == "many2one" and values[name]:
            other = store.model(model.fields[name]["relation"]).records.get(values[name], {})
            values[name] = [values[name], other.get("name", "")]
    return values


def do_load(store, model, context, fields=(), data=()):
    return Import(store, model, fields, context).run(data)


def do_fields_get(store, model, context, allfields=None, attributes=None):
    return {
        name: {key: value for key, value in field.items() if not attributes or key in attributes}
        for name, field in model.fields.items()
        if not allfields or name in allfields
    }


def do_default_get(store, model, context, fields=()):
    return {name: model.defaults[name] for name in fields if name in model.defaults}


def do_create(store, model, context, vals_list=()):
    several = isinstance(vals_list, list)
    made = [_created(store, model, values) for values in (vals_list if several else [vals_list])]
    store.writes += not model.name.startswith("base_import.")
    return made if several else made[0]


def _created(store: Store, model: Model, values: Mapping[str, Any]) -> int:
    if model.name != "ir.model.data":
        return store.create(model.name, values)
    external_id = f"{values['module']}.{values['name']}"
    if external_id in store.xids:
        raise user_error("The operation cannot be completed: The combination of module and name must be unique.")
    store.name(external_id, values["model"], values["res_id"])
    return store.xids[external_id]


def do_write(store, model, context, ids=(), vals=None):
    for record in ids:
        store.write(model.name, record, vals or {})
    store.writes += 1
    return True


def do_unlink(store, model, context, ids=()):
    if gone := tuple(record for record in ids if record not in model.records):
        told = "Record does not exist or has been deleted."
        raise user_error(f"{told}\n(Record: {model.name}{gone}, User: 2)", "MissingError")
    for record in ids:
        if record in model.records:  # it may have gone with another
            _remove(store, model, record)
    store.writes += 1
    return True


def _remove(store: Store, model: Model, record: int) -> None:
    _let_go(store, model, record)
    store.remove(model, record)


def _let_go(store: Store, model: Model, record: int) -> None:
    """What refers to a record goes with it where `ir.model.fields` says so, keeps it where it cannot do without, and
    otherwise loses its reference.
    """
    described = store.model("ir.model.fields").records.values()
    cascades = {(row["model"], row["name"]) for row in described if row["on_delete"] == "cascade"}
    for other in list(store.models.values()):
        for name, field in other.fields.items():
            if field.get("relation") == model.name and field["type"] == "many2one":
                users = [number for number, values in other.records.items() if values.get(name) == record]
                if (other.name, name) in cascades:
                    for number in users:
                        _remove(store, other, number)
                    continue
                if users and field.get("required"):
                    told = "The operation cannot be completed: another model requires the record being deleted."
                    raise user_error(f"{told} If possible, archive it instead.")
                for number in users:
                    store.change(other, number, {name: False})
    for external_id in [xid for xid in store.xids if store.named(xid) == (model.name, record)]:
        store.remove(store.model("ir.model.data"), store.xids.pop(external_id))


def do_execute_import(store, model, context, ids=(), fields=(), columns=(), options=None, dryrun=False):
    return odoo_wizard.execute_import(store, ids[0], fields, options, dryrun, context)


def do_exists(store, model, context, ids=()):
    return [record for record in ids if record in model.records]


def do_has_access(store, model, context, ids=(), operation=""):
    return (model.name, operation) not in store.denied


def do_check_access(store, model, context, ids=(), operation=""):
    if (model.name, operation) in store.denied:
        raise user_error(denial(model, operation), "AccessError")


def do_check_access_rights(store, model, context, ids=(), operation="", raise_exception=True):
    # In 17 and before a method of the model, so that the operation is the first argument.
    wanted = ids if isinstance(ids, str) else operation
    return (model.name, wanted) not in store.denied


def do_context_get(store, model, context):
    return {"lang": "en_US", "tz": "Europe/Brussels", "uid": 2}


def do_get_installed(store, model, context):
    return [[values["code"], values["name"]] for values in model.records.values() if values["active"]]


def do_get_param(store, model, context, key="", default=False):
    rows = (values for values in model.records.values() if values["key"] == key)
    return next((values["value"] for values in rows), default)

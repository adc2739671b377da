"""Say what external IDs and references to records must look like.

Measured on Odoo 18; nothing of it differs in 16, 17 and 19.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from odoo_migrate.project.external_ids import ALLOWED, MAX_LENGTH
from odoo_migrate.rules.shipped_records import modules
from odoo_migrate.rules.value_rules import NO

# The schema of project.yml holds this pattern too, for the company; a test keeps them equal.
EXTERNAL_ID = re.compile(rf"[A-Za-z0-9_-]+\.[{ALLOWED}]+")
NO_ID = "is empty, so the record has no ID"
KEY_DISPUTED = "is repeated with different values"
ONE_RECORD = "has the same external ID; both fill one record of Odoo"
STATES = "res.country.state"


def wrong_id(text: str) -> str:
    """Return what is wrong with the ID of a record of the project, "" where nothing is."""
    if len(text) > MAX_LENGTH:
        return f"has {len(text)} characters; at most {MAX_LENGTH} are safe in an external ID"
    return wrong_reference(text)


def wrong_reference(text: str) -> str:
    """Return what is wrong with an ID in a reference, "" where nothing is."""
    if EXTERNAL_ID.fullmatch(text):
        return ""
    if text.lower() in NO:  # for these words Odoo empties a reference silently
        return "is no external ID, and Odoo would silently empty the field"
    if "." not in text:
        return "is no external ID such as base.be: a module, a dot and a name"
    return "is no external ID; only letters, digits, '_', '.' and '-' may stand in one"


def wrong_references(cell: str, *, several: bool) -> str:
    """Return what is wrong with the IDs of a cell, "" where nothing is. `several`: the field takes a list."""
    if not several and "," in cell:
        return "is a list, and this field holds one record"
    for one in cell.split(","):
        if several and not one.strip():
            return "has an empty entry in its list; Odoo refuses a comma too many"
        if several and one != one.strip():
            return "has a space beside a comma, which Odoo refuses"
        if wrong := wrong_reference(one):
            return wrong
    return ""


def names_nothing(external_id: str, owner: str) -> str:
    """Return what is wrong with the ID of a record that its `owner` ("Odoo 18", "the project") does not have."""
    return f"names a record that {owner} does not have ({external_id})"


def names_another_kind(external_id: str, model: str, wanted: str) -> str:
    """Return what is wrong with the ID of a record of `model` where one of model `wanted` is needed."""
    return f"names a record of {model} ({external_id}), but {wanted} is needed here"


def no_such_record(keys: Collection[str], field: str, label: str) -> str:
    """Return what is wrong with keys that no record has; `field` and `label` are what field and records are called."""
    return _empties(keys, field) or f"leads nowhere: there is no such {label}"


def not_in_lookup(keys: Collection[str], field: str, table: str, model: str) -> str:
    """Return what is wrong with keys that lookup `table`, whose records are of `model`, does not have."""
    if wrong := _empties(keys, field):
        return wrong
    if model == STATES:
        return "is not a state with its country, such as US-CA"
    return f"leads nowhere: the lookup '{table}' does not have it"


def filled_differently(label: str) -> str:
    """Return what is wrong with a row whose record another row fills with another value in the field `label`."""
    return f"has the same external ID and another value for '{label}'; one would overwrite the other silently"


def wrong_namespace(module: str) -> str:
    """Return what is wrong with what external IDs begin with, "" where nothing is."""
    if module not in modules():
        return ""
    return "is a module of Odoo; updating it deletes the records under its name that it did not bring along"


def _empties(keys: Collection[str], field: str) -> str:
    if any(key.strip().lower() in NO for key in keys):
        return f"would silently empty '{field}' in Odoo"
    return ""

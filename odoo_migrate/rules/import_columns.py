"""Say which columns of an import a field takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from odoo_migrate.catalog import OdooField
from odoo_migrate.project.external_ids import is_empty


class FieldFault(NamedTuple):
    """Hold why a field cannot be filled as a mapping says: a slug and the sentence."""

    kind: str
    sentence: str


def field_fault(field: OdooField, column: str, *, is_list: bool) -> FieldFault | None:
    """Return what forbids to fill `field` by import column `column`, None where nothing does.

    Holds in Odoo 16 to 19. `is_list`: a cell holds several keys.
    """
    if field.type == "one2many":
        lines = f"map the lines to their own model, {field.relation}"
        return FieldFault("other_side", f"'{field.label}' is filled from the other side: {lines}.")
    if field.relational and not column.endswith("/id"):
        advice = f"map it as '{field.import_name}', not by name"
        return FieldFault("by_name", f"'{field.label}' points to other records; {advice}.")
    if is_list and field.type == "many2one":
        return FieldFault("one_record", f"'{field.label}' holds one record, so its cells cannot be lists.")
    return None


def given_fields(columns: Iterable[str], constants: Mapping[str, str]) -> frozenset[str]:
    """Return the names of the fields that import columns or constants fill; an empty constant fills none.

    Args:
        columns: Import columns that cells fill.
        constants: Constants by import column.
    """
    filled = set(columns)
    for column, value in constants.items():
        if not is_empty(value):
            filled.add(column)
    return frozenset(column.removesuffix("/id") for column in filled)


def filled_twice(titles: Sequence[str], label: str) -> str:
    """Return the sentence about a field that is filled more than once; `titles`: of the columns that fill it."""
    shown = ", ".join(f"'{title}'" for title in titles)
    what = f"{shown} all"
    if not titles:
        what = "Two constants"
    elif len(titles) == 1:
        what = f"{shown} and a constant both"
    return f"{what} fill '{label}'; a field takes one."


def refers_to_another_kind(field: OdooField, needed: str, given: str) -> str:
    """Return the sentence about a reference to records of another model; both models as people call them."""
    return f"'{field.label}' needs records of {needed}, but refers to those of {given}."


def mapping_label(name: str, model: str, label: str) -> str:
    """Return what the mapping `name` of a model is called: as its model (`label`), a further one with its own word.

    That word is what `odoo_migrate.project.file_names.mapping_name` has put behind the model: Contact for res.partner,
    Contact (us) for res.partner.us.
    """
    apart = name.removeprefix(model).strip(".")
    return f"{label} ({apart})" if apart else label

"""How columns that point to other records do so: another sheet's keys, a lookup table, Odoo's own records."""

from __future__ import annotations

from django.db import transaction

from engine.match.described_models import described_model
from engine.match.relation_suggestions import built_in, suggest_relation
from engine.match.value_scores import ColumnValues
from engine.recipe import Lookup
from mapping import suggestion_evidence
from mapping.models import Mapping, Relationship, SheetTarget
from mapping.selectors import all_titles, odoo_field
from mapping.services.step_services import changed_dataset
from migrator.models import User
from odoo_migrate import catalog
from odoo_migrate.catalog import OdooField
from odoo_migrate.rules.reference_rules import wrong_reference
from odoo_migrate.rules.required_fields import may_be_made_from_name
from profiling.models import Dataset


class LinkRefused(ValueError):
    """Say in one sentence for the user why a choice cannot work."""


def link(mapping: Mapping, field: OdooField | None) -> None:
    """Set on an unsaved choice how `field` is filled from the column; None is no field."""
    mapping.ref = mapping.lookup = mapping.separator = ""
    if field is None or not field.relational:
        return
    sheet = mapping.target.sheet
    if mapping.column not in all_titles(sheet):
        raise LinkRefused(f"{sheet.name} has no column '{mapping.column}'.")
    models = catalog.load(sheet.dataset.odoo_version)
    values = ColumnValues.of(suggestion_evidence.of_column(sheet, mapping.column))
    found = suggest_relation(values, field, models, suggestion_evidence.siblings(sheet.dataset))
    mapping.ref, mapping.separator = found.ref, found.separator
    mapping.lookup = "" if found.ref else decided_table(sheet.dataset, field.relation)
    if found.lookup is not None:
        mapping.lookup = found.lookup.name
        keep_table(sheet.dataset, found.lookup)
    mapping.reason = found.needs or mapping.reason


def keep_table(dataset: Dataset, lookup: Lookup) -> Relationship:
    """Add to the dataset's table of this name the entries that it does not have yet, and return it."""
    fresh = {
        "model": lookup.model, "create": lookup.create, "id_pattern": lookup.id, "entries": dict(lookup.entries),
        "path": lookup.path,
    }  # fmt: skip
    table, made = Relationship.objects.get_or_create(dataset=dataset, name=lookup.name, defaults=fresh)
    missing = {key: value for key, value in lookup.entries.items() if key not in table.entries}
    if not made and missing and table.model == lookup.model:
        table.entries |= missing
        table.save(update_fields=["entries"])
    return table


def decided_table(dataset: Dataset, model: str) -> str:
    """Return the name of the dataset's table of Odoo's own records of `model`, "" where nothing is decided."""
    found = Relationship.objects.filter(dataset=dataset, model=model).first() if model in built_in() else None
    return found.name if found else ""


def keep_decisions(table: Relationship) -> None:
    """Keep a table of Odoo's own records about which something is decided for the first time.

    The columns that point to such records use it from now on.
    """
    table.save()
    models = catalog.load(table.dataset.odoo_version)
    pointing = Mapping.objects.filter(target__sheet__dataset=table.dataset, lookup="", ref="").exclude(field="")
    for mapping in pointing.select_related("target"):
        field = odoo_field(models, mapping)
        if field is not None and field.relation == table.model:
            mapping.lookup = table.name
            mapping.save(update_fields=["lookup"])


def id_prefix(target: SheetTarget) -> str:
    """Return what the external IDs of the target's records begin with: "migr.partner"."""
    dataset = target.sheet.dataset
    if target.role:
        return f"{dataset.namespace}.{target.role}"
    return f"{dataset.namespace}.{described_model(target.model, catalog.load(dataset.odoo_version)).records.id_word}"


def may_create(table: Relationship) -> bool:
    """Tell whether a name is all that a new record of the table's model needs."""
    models = catalog.load(table.dataset.odoo_version)
    if table.model in built_in() or table.model not in models:
        return False
    return may_be_made_from_name(models.model(table.model))


def set_create(*, table: Relationship, create: bool, user: User | None = None) -> None:
    """Set whether values without an entry become new records. Raises LinkRefused where a name is not enough for one."""
    if create and not may_create(table):
        raise LinkRefused("Records of this kind need more than a name, so they cannot be made from these values.")
    table.create = create
    with transaction.atomic():
        table.save(update_fields=["create"])
        changed_dataset(table.dataset, user, f"New records in {table.name}: {'yes' if create else 'no'}")


def set_entry(*, table: Relationship, value: str, external_id: str, user: User | None = None) -> None:
    """Say which record a value stands for; "" takes the decision back. Raises LinkRefused for what is no record."""
    if external_id and wrong_reference(external_id):
        raise LinkRefused(f"'{external_id}' is no name of a record in Odoo; they look like base.us.")
    if external_id:
        table.entries[value] = external_id
    else:
        table.entries.pop(value, None)
    with transaction.atomic():
        if table.pk is None:
            keep_decisions(table)
        table.save(update_fields=["entries"])
        changed_dataset(table.dataset, user, f"{table.name}: {value} → {external_id or 'undecided'}")

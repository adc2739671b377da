"""Records that lookups create: the mapping and the raw file behind each such table."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.bundle.bundle_report import MAX_EXAMPLES, Problem
from engine.bundle.lookup_tables import Table
from engine.bundle.model_labels import mapping_label
from engine.bundle.problem_place import Place, listed
from odoo_migrate.catalog import Catalog, OdooModel
from odoo_migrate.project.project_files import RECORD_TITLE, FieldEntry, ModelMapping
from odoo_migrate.rules import model_needs


@dataclass(frozen=True)
class Created:
    """The records that a table creates: their mapping's name, the field that takes the lookup's key, and what they
    are called in sentences.
    """

    name: str
    table: Table
    field: str
    label: str

    @property
    def mapping(self) -> ModelMapping:
        pattern = self.table.pattern.text if self.table.pattern else ""
        return ModelMapping(self.name, self.table.model, pattern, {self.field: FieldEntry(source=RECORD_TITLE)})


def plan_created(
    names: Mapping[str, str], tables: Mapping[str, Table], catalog: Catalog
) -> tuple[list[Created], list[Problem]]:
    """`names`: mapping name by table, for the tables that create records."""
    created, problems = [], []
    for table, name in names.items():
        model = catalog.model(tables[table].model) if tables[table].model in catalog else None
        problem = _problem(tables[table], model)
        problems += [problem] if problem else []
        if model is not None:
            label = mapping_label(name, model.name, model.label)
            created.append(Created(name, tables[table], name_field(model), label))
    return created, problems


def name_field(model: OdooModel) -> str:
    """The field that holds a record's name: some models show a computed one."""
    return "name" if "name" in model.fields else model.rec_name


def created_notes(created: Sequence[Created], keys: Callable[[str], Collection[str]]) -> Iterator[Problem]:
    """A word about records that need more than a name. `keys(table)`: the values that stand in the rows."""
    for one in created:
        does = model_needs.BY_NAME_ALONE.get(one.table.model, "")
        names = sorted(one.table.created(sorted(keys(one.table.name))))
        if does and names:
            what = f"The lookup '{one.table.name}' creates records that have a name and nothing else: {listed(names)}"
            message = f"{what}; {does}. Point these values to records that Odoo has, or complete them in Odoo."
            yield Place(model=one.table.model).warning(
                "name_alone", message, lookup=one.table.name, count=len(names), examples=tuple(names[:MAX_EXAMPLES])
            )


def _problem(table: Table, model: OdooModel | None) -> Problem | None:
    place = Place(model=table.model)
    if model is None:
        message = f"The lookup '{table.name}' creates records of '{table.model}', which this Odoo cannot import."
        return place.blocking("unknown_model", message, lookup=table.name)
    if table.pattern is not None and table.pattern.placeholders != (RECORD_TITLE,):
        message = f"The ID pattern of the lookup '{table.name}' takes the one column {{{RECORD_TITLE}}}."
        return place.blocking("bad_pattern", message, lookup=table.name)
    more = [field.label for field in model_needs.must_be_mapped(model, {name_field(model)})]
    if more:
        message = f"The lookup '{table.name}' cannot create {model.label}: Odoo also needs {listed(more)}."
        return place.blocking("required_not_mapped", message, lookup=table.name)
    return None

"""Check what a recipe says for the whole bundle: namespace, company, lookups."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator

from engine.bundle.export_problems import ExportProblem, ProblemLocation, listed
from engine.bundle.lookup_tables import LookupTable
from engine.recipe import Recipe
from odoo_migrate.project.external_ids import NAMESPACE
from odoo_migrate.rules.reference_rules import wrong_namespace, wrong_reference
from odoo_migrate.rules.shipped_records import is_missing

_NAMESPACE = re.compile(NAMESPACE)


def settings_problems(recipe: Recipe) -> Iterator[ExportProblem]:
    """Yield what makes every external ID of the bundle unusable."""
    if not _NAMESPACE.fullmatch(recipe.namespace):
        message = f"The namespace '{recipe.namespace}' cannot be used; take a short word, such as migr."
        yield ProblemLocation().blocking("bad_namespace", message)
    elif wrong := wrong_namespace(recipe.namespace):
        message = f"The namespace '{recipe.namespace}' cannot be used: it {wrong}. Take a short word, such as migr."
        yield ProblemLocation().blocking("bad_namespace", message)
    if recipe.company and wrong_reference(recipe.company):
        message = f"The company '{recipe.company}' is no external ID such as base.main_company."
        yield ProblemLocation().blocking("bad_company", message)


def table_problems(
    table: LookupTable, shown: str, others: Container[str], files: Container[str], version: str
) -> Iterator[ExportProblem]:
    """Yield what cannot work in a lookup that the recipe calls `shown`; `files`: stems of the sheets' raw files."""
    location = ProblemLocation(model=table.model)
    if not table.name or table.name in others:
        message = f"The lookup '{shown}' needs a name of its own, of letters and digits."
        yield location.blocking("bad_lookup_name", message, lookup=shown)
    if table.creates and table.name in files:
        message = f"The lookup '{shown}' and a sheet would both be written to {table.name}.csv; rename one."
        yield location.blocking("file_name_twice", message, lookup=shown)
    bad = {key: own for key, own in table.entries.items() if wrong_reference(own)}
    if bad:
        texts = listed(sorted(bad.values()))
        message = f"In the lookup '{shown}' these are no external IDs such as base.us: {texts}."
        yield location.blocking("bad_entry", message, lookup=shown, count=len(bad), examples=tuple(sorted(bad)[:5]))
    strange = [own for key, own in table.entries.items() if is_missing(own, table.model, version)]
    if strange:
        names = listed(sorted(set(strange)))
        message = f"The lookup '{shown}' points to {names}; Odoo {version.removesuffix('.0')} has no such record."
        yield location.warning("entry_unknown", message, lookup=shown, count=len(strange))

"""Checks of what a recipe says for the whole bundle: namespace, company, lookups."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator

from engine.bundle.column_rules import EMPTIES_A_REFERENCE, EXTERNAL_ID
from engine.bundle.export_problems import ExportProblem, ProblemLocation, listed
from engine.bundle.lookup_tables import LookupTable, known_to_odoo
from engine.recipe import Recipe
from odoo_migrate.project.external_ids import NAMESPACE

_NAMESPACE = re.compile(NAMESPACE)
_ODOOS_OWN = frozenset({"base"})


def settings_problems(recipe: Recipe) -> Iterator[ExportProblem]:
    """What makes every external ID of the bundle unusable."""
    if not _NAMESPACE.fullmatch(recipe.namespace) or recipe.namespace in _ODOOS_OWN:
        message = f"The namespace '{recipe.namespace}' cannot be used; take a short word, such as migr."
        yield ProblemLocation().blocking("bad_namespace", message)
    if recipe.company and not EXTERNAL_ID.fullmatch(recipe.company):
        message = f"The company '{recipe.company}' is no external ID such as base.main_company."
        yield ProblemLocation().blocking("bad_company", message)


def table_problems(
    table: LookupTable, shown: str, others: Container[str], files: Container[str], version: str
) -> Iterator[ExportProblem]:
    """What cannot work in a lookup that the recipe calls `shown`; `files`: stems of the sheets' raw files."""
    place = ProblemLocation(model=table.model)
    if not table.name or table.name in others:
        message = f"The lookup '{shown}' needs a name of its own, of letters and digits."
        yield place.blocking("bad_lookup_name", message, lookup=shown)
    if table.creates and table.name in files:
        message = f"The lookup '{shown}' and a sheet would both be written to {table.name}.csv; rename one."
        yield place.blocking("file_name_twice", message, lookup=shown)
    bad = {key: own for key, own in table.entries.items() if not _usable(own)}
    if bad:
        texts = listed(sorted(bad.values()))
        message = f"In the lookup '{shown}' these are no external IDs such as base.us: {texts}."
        yield place.blocking("bad_entry", message, lookup=shown, count=len(bad), examples=tuple(sorted(bad)[:5]))
    strange = [own for key, own in table.entries.items() if known_to_odoo(own, table.model, version) is False]
    if strange:
        names = listed(sorted(set(strange)))
        message = f"The lookup '{shown}' points to {names}; Odoo {version.removesuffix('.0')} has no such record."
        yield place.warning("entry_unknown", message, lookup=shown, count=len(strange))


def _usable(external_id: str) -> bool:
    return bool(EXTERNAL_ID.fullmatch(external_id)) and external_id.casefold() not in EMPTIES_A_REFERENCE

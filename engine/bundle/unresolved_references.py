"""Find references that would cost records: optional ones, many of whose values name nothing that is known.

A person decides about such values one by one. Without a person a record is worth more than one of its references, so
that the column is left for later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from engine.bundle.bundle_export import check
from engine.bundle.bundle_sheets import BundleSheet
from engine.bundle.check_results import CheckReport
from engine.bundle.export_problems import ExportProblem, rows_word
from engine.bundle.unready_targets import is_about
from engine.recipe import Recipe, SheetRecipe, TargetRecipe
from odoo_migrate import catalog
from odoo_migrate.catalog import Catalog
from odoo_migrate.rules.import_columns import given_fields
from odoo_migrate.rules.required_fields import refuses_empty

# The share of a sheet's rows that may be held back for one reference.
FEW_ROWS = 0.05
# Leaving one column out may show another: "CA" is no state any more once its country is gone.
_ROUNDS = 4


@dataclass(frozen=True)
class UnresolvedReference:
    """Hold a field of a target that is left for later: where it is, the column that fills it, and why, a sentence."""

    source: str
    sheet: str
    entry: str
    field: str
    column: str
    reason: str


def unresolved_references(sheets: Sequence[BundleSheet], recipe: Recipe) -> list[UnresolvedReference]:
    """Return the references that would hold back more than FEW_ROWS of their sheet's rows.

    Raises:
        RecipeError: The recipe does not fit the files.
    """
    version = catalog.load(recipe.odoo_version)
    found: list[UnresolvedReference] = []
    for _ in range(_ROUNDS):
        more = list(_unresolved(check(sheets, recipe), recipe, version))
        if not more:
            break
        found += more
        recipe = without_references(recipe, more)
    return found


def without_references(recipe: Recipe, left: Iterable[UnresolvedReference]) -> Recipe:
    """Return the recipe without these fields."""
    gone = {(one.sheet, one.entry, one.field) for one in left}
    sheets = []
    for part in recipe.sheets:
        targets = [_without(target, part, gone) for target in part.targets]
        sheets.append(replace(part, targets=tuple(targets)))
    return replace(recipe, sheets=tuple(sheets))


def _without(target: TargetRecipe, part: SheetRecipe, gone: set[tuple[str, str, str]]) -> TargetRecipe:
    kept = {}
    for name, spec in target.fields.items():
        if (part.name, target.entry, name) not in gone:
            kept[name] = spec
    return replace(target, fields=kept)


def _unresolved(report: CheckReport, recipe: Recipe, version: Catalog) -> Iterator[UnresolvedReference]:
    rows = {one.sheet: one.rows_out + one.rejected for one in report.sheets}
    for problem in report.problems:
        many = problem.count > FEW_ROWS * rows.get(problem.sheet, 0)
        if problem.severity != "row" or not problem.lookup or not many:
            continue
        for part in recipe.sheets:
            if part.name == problem.sheet and part.source in ("", problem.source):
                yield from _optional(problem, part, version)


def _optional(problem: ExportProblem, part: SheetRecipe, version: Catalog) -> Iterator[UnresolvedReference]:
    """Yield the fields of a sheet that a problem with a lookup is about, without those that a record needs."""
    for target in part.targets:
        if target.model not in version:
            continue
        model = version.model(target.model)
        given = given_fields(target.fields, target.values)
        for name, spec in target.fields.items():
            field = model.field(name)
            if spec.source != problem.column or field is None or not field.relational:
                continue
            # What has a default would get that instead, such as another unit of measure, which is worse than no record.
            needed = field.has_default or is_about(field) or refuses_empty(model, field, given)
            if not needed:
                reason = f"in {rows_word(problem.count)} the value names no record that is known"
                yield UnresolvedReference(problem.source, part.name, target.entry, name, spec.source, reason)

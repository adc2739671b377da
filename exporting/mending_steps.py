"""The step that mends what a check found in a column, offered beside the problem."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.steps import COLUMN_STEPS
from mapping import opened_sheet
from mapping.models import Mapping
from mapping.selectors import all_titles
from mapping.services import step_services
from odoo_migrate import catalog
from profiling.models import ColumnProfile, Finding, Sheet

# By the kind of the problem, or for values that lead nowhere by the table of Odoo's records.
_STEPS = {
    "not_a_number": "parse_number", "not_an_integer": "parse_number", "not_a_date": "parse_date",
    "not_a_datetime": "parse_datetime", "not_yes_no": "to_boolean",
    "switched_off": "default_if_empty", "rounded": "round", "states": "state_to_code", "countries": "country_to_iso",
}  # fmt: skip
_BY_KIND = {"money": "parse_currency", "percent": "parse_percent"}


@dataclass(frozen=True)
class Mending:
    """Hold a step with its parameters, for a column that has no such step yet."""

    slug: str
    params: dict[str, Any]

    @property
    def label(self) -> str:
        """Return what the step is called on pages."""
        return COLUMN_STEPS[self.slug].label


def mending(sheet: Sheet, problem: dict[str, Any]) -> Mending | None:
    """Return what mends the column that `problem` (of a check's report) is about; None where no step does."""
    column = problem["column"]
    slug = _STEPS.get(problem["lookup"] or problem["kind"], "")
    if slug == "parse_number":
        profile = opened_sheet.column_profiles(sheet).get(column)
        # Amounts and percentages have steps of their own, which know their signs.
        slug = _BY_KIND.get(profile.kind, slug) if profile else slug
    if not slug or column not in all_titles(sheet) or step_services.has_step(sheet, column, slug, {}):
        return None
    if slug == "default_if_empty":
        # An empty cell would switch the record off; 1 is how a CSV says yes.
        return Mending(slug, {"value": "1"})
    if slug == "round":
        return Mending(slug, {"digits": _decimals(sheet, problem)})
    return Mending(slug, _params(sheet, column, slug))


def _decimals(sheet: Sheet, problem: dict[str, Any]) -> int:
    """Return how many decimals Odoo keeps in the field that the problem is about."""
    field = catalog.load(sheet.dataset.odoo_version).model(problem["model"]).field(problem["field"])
    return field.digits[1] if field is not None and field.digits is not None else 2


def _params(sheet: Sheet, column: str, slug: str) -> dict[str, Any]:
    """Return the parameters of the finding that wants the same step, where there is one."""
    # Every row's own country decides, also where all rows are of one today.
    if slug == "state_to_code":
        return _of_states(sheet)
    finding = Finding.objects.filter(sheet=sheet, column=column, fix_step=slug).first()
    if finding is not None:
        return dict(finding.fix_params)
    return {}


def _of_states(sheet: Sheet) -> dict[str, str]:
    """Return the column with the countries, and the country of rows that name none."""
    to_country = Mapping.objects.filter(target__sheet=sheet, field="country_id/id", state=Mapping.State.ACCEPTED)
    kinds = ColumnProfile.objects.filter(sheet=sheet, kind="country")
    found = to_country.values_list("column", flat=True).first() or kinds.values_list("title", flat=True).first()
    given = {"country_column": found, "country": sheet.dataset.country}
    return {name: value for name, value in given.items() if value}

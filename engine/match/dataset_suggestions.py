"""Suggest what all sheets of a dataset become, with what they say about each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from engine.match.left_out_sheets import lists_accounts
from engine.match.match_evidence import SheetEvidence, SheetSuggestion, TargetSuggestion
from engine.match.relation_suggestions import Sibling
from engine.match.sheet_suggestions import suggest_sheet
from engine.match.sheet_to_match import SheetToMatch
from engine.match.value_scores import ColumnValues
from engine.match.weights import WEIGHTS, MatchWeights
from engine.recipe import KEY_TITLE
from engine.values.folding import fold
from odoo_migrate.catalog import Catalog
from odoo_migrate.project.external_ids import Pattern, external_ids
from odoo_migrate.project.file_names import file_stem, mapping_name

_TEMPLATE, _VARIANT = "product.template", "product.product"
_CHART = "account.account"
_NAMES = frozenset(["name", "email", "ref", "default_code", "barcode", "code", "login", "work_email"])
_ONLY_CHART = 0.8
_ONLY_CHART_REASON = "its balances serve to check what is loaded, and no other sheet lists the accounts"


@dataclass(frozen=True)
class _Dataset:
    """Hold the sheets of a dataset, and how suggestions are made for them."""

    sheets: Sequence[SheetEvidence]
    catalog: Catalog
    namespace: str
    weights: MatchWeights

    def to_match(self, position: int) -> SheetToMatch:
        """Return a sheet by its position as it is looked at alone."""
        sheet = self.sheets[position]
        values = [ColumnValues.of(column) for column in sheet.columns]
        return SheetToMatch(sheet.name, values, self.catalog, (), self.namespace, self.weights, sheet.lines)

    def suggest(self, models: Mapping[int, str], siblings: Sequence[Sibling]) -> list[SheetSuggestion]:
        """Return a suggestion for each sheet; `models` holds those that are fixed, by the sheet's position."""
        found = []
        for position, sheet in enumerate(self.sheets):
            one = suggest_sheet(
                sheet.name, sheet.columns, self.catalog, model=models.get(position), siblings=siblings,
                namespace=self.namespace, weights=self.weights, lines=sheet.lines,
            )  # fmt: skip
            found.append(one)
        return found


def suggest_dataset(
    sheets: Sequence[SheetEvidence],
    catalog: Catalog,
    *,
    models: Mapping[int, str] | None = None,
    namespace: str = "migr",
    weights: MatchWeights = WEIGHTS,
) -> list[SheetSuggestion]:
    """Return one suggestion for each sheet, in their order.

    Sheets are looked at alone first. Then columns that hold another sheet's keys refer to it, and a sheet of products
    that orders refer to becomes product.product, which is what their lines want.

    Args:
        sheets: what is known of each sheet.
        catalog: the models of the version of Odoo.
        models: those that are decided already, by the sheet's position.
        namespace: what external IDs begin with.
        weights: the numbers to compute with.
    """
    dataset = _Dataset(sheets, catalog, namespace, weights)
    decided = dict(models or {})
    alone = dataset.suggest(decided, [])
    charts = _balances_for_chart(alone, decided, dataset)
    if charts:
        decided |= charts
        alone = dataset.suggest(decided, [])
    variants = dict.fromkeys(_sheets_of_variants(alone, decided, dataset), _VARIANT)
    chosen = [replace(one, model=variants.get(position, one.model)) for position, one in enumerate(alone)]
    # Other sheets' columns may name records by more than their keys, so the IDs must be those that are kept.
    found = dataset.suggest({**decided, **variants}, _siblings(sheets, _with_ids_apart(chosen, sheets)))
    # Sheets that became variants after the first round keep that round's confidence and reason.
    for position in charts:
        found[position] = replace(found[position], confidence=_ONLY_CHART, reason=_ONLY_CHART_REASON)
    for position in variants:
        first = alone[position]
        found[position] = replace(found[position], confidence=first.confidence, reason=first.reason)
    return _with_ids_apart(found, sheets)


def _balances_for_chart(
    alone: Sequence[SheetSuggestion], decided: Mapping[int, str], dataset: _Dataset
) -> dict[int, str]:
    """Return the list of balances that serves as the chart of accounts where no sheet is one, with that model."""
    if _CHART not in dataset.catalog or any(one.model == _CHART for one in alone):
        return {}
    for position, one in enumerate(alone):
        if not one.model and position not in decided and lists_accounts(dataset.to_match(position)):
            return {position: _CHART}
    return {}


def _sheets_of_variants(
    alone: Sequence[SheetSuggestion], decided: Mapping[int, str], dataset: _Dataset
) -> Iterator[int]:
    """Yield the positions of the sheets of products that another sheet's lines want to be variants."""
    for position, one in enumerate(alone):
        if one.model != _TEMPLATE or position in decided:
            continue
        keys = _key_values(dataset.sheets[position], one)
        for other, sheet in enumerate(dataset.sheets):
            if other == position:
                continue
            wanted = _variants_wanted(alone[other], sheet, dataset.catalog)
            # Without values at hand on either side, the reference alone decides.
            if wanted is not None and (not wanted or not keys or wanted & keys):
                yield position
                break


def _variants_wanted(one: SheetSuggestion, sheet: SheetEvidence, catalog: Catalog) -> frozenset[str] | None:
    """Return the values of the sheet's column that points to product.product; None where it has no such column."""
    for target in (one, *one.also):
        for column in target.columns:
            if not column.field:
                continue
            field = catalog.model(target.model).field(column.field)
            if field and field.relation == _VARIANT:
                return _column_values(sheet, column.title)
    return None


def _siblings(sheets: Sequence[SheetEvidence], found: Sequence[SheetSuggestion]) -> list[Sibling]:
    """Return the sheets whose records a single column names, as others may refer to them."""
    siblings: list[Sibling] = []
    taken: list[str] = []  # mapping names, in the order in which the bundle gives them
    for sheet, one in zip(sheets, found, strict=True):
        start = len(taken)
        for target in (one, *one.also):
            if target.model:
                taken.append(mapping_name(target.model, sheet.file or file_stem(sheet.name), taken, target.role))
        if one.model and len(one.key) == 1 and KEY_TITLE not in one.id:
            others = _other_names(sheet, one)
            siblings.append(Sibling(sheet.name, one.model, one.key[0], _key_values(sheet, one), taken[start], others))
    return siblings


def _other_names(sheet: SheetEvidence, one: SheetSuggestion) -> dict[str, str]:
    """Return the external IDs of records by their mail addresses, names and codes, where these name one alone."""
    keys = [cell.strip() for cell in sheet.cells.get(one.key[0], ())]
    ids = external_ids(Pattern.read(one.id), {(key,) for key in keys if key})
    named: dict[str, set[str]] = {}
    for column in one.columns:
        if column.field not in _NAMES or column.title == one.key[0]:
            continue
        for key, cell in zip(keys, sheet.cells.get(column.title, ()), strict=False):
            if key and cell.strip():
                # "400 Sales" and "Sales (400)" name an account by both.
                for name in (cell, f"{key} {cell}", f"{cell} ({key})"):
                    named.setdefault(fold(name), set()).add(ids[(key,)])
    return {name: min(found) for name, found in named.items() if len(found) == 1}


def _key_values(sheet: SheetEvidence, target: TargetSuggestion) -> frozenset[str]:
    return _column_values(sheet, target.key[0]) if target.key else frozenset()


def _column_values(sheet: SheetEvidence, title: str) -> frozenset[str]:
    column = next(column for column in sheet.columns if column.title == title)
    return frozenset(map(str.strip, column.values or column.samples)) - {""}


def _with_ids_apart(found: Sequence[SheetSuggestion], sheets: Sequence[SheetEvidence]) -> list[SheetSuggestion]:
    """Return suggestions whose external IDs do not clash: customer 10001 is not vendor 10001.

    Where two sheets of one model have keys in common, the later one's IDs bear its name.
    """
    seen: dict[str, frozenset[str]] = {}
    result = []
    for sheet, one in zip(sheets, found, strict=True):
        keys = _key_values(sheet, one)
        if one.id and seen.get(one.id.partition("{")[0], frozenset()) & keys:
            one = _with_own_ids(one, file_stem(sheet.name))
        beginning = one.id.partition("{")[0]
        seen[beginning] = seen.get(beginning, frozenset()) | keys
        result.append(one)
    return result


def _with_own_ids(one: SheetSuggestion, name: str) -> SheetSuggestion:
    """Return a suggestion whose IDs, and those of the further records of its rows, bear the sheet's name."""
    also = []
    for target in one.also:
        also.append(replace(target, id=_named(target.id, name)) if target.role else target)
    return replace(one, id=_named(one.id, name), also=also)


def _named(pattern: str, name: str) -> str:
    return pattern.replace(".{", f"_{name}.{{", 1)

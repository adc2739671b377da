"""Say which Odoo model each sheet is and which field each column becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError, CommandParser

from migrator.management.plain_command import PlainCommand
from odoo_migrate import catalog
from profiling.models import Dataset, Sheet
from profiling.selectors import NoSuchDataset, find_dataset

if TYPE_CHECKING:
    from engine.match import FieldSuggestion, SheetSuggestion


class Command(PlainCommand):
    help = "Say which Odoo model each sheet is and which field each column becomes."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("dataset", metavar="DATASET", help="id or name")
        parser.add_argument("--model", default="", help="the model of the sheets, such as res.partner")
        parser.add_argument("--accept", action="store_true", help="take every suggestion that costs no records")

    def problems(self) -> tuple[type[Exception], ...]:
        return (NoSuchDataset,)

    def work(self, **options: Any) -> Any:
        from mapping.services import suggestion_services, target_services, unresolved_services

        dataset = find_dataset(options["dataset"])
        models = self.models(dataset, options["model"])
        found = suggestion_services.suggest(dataset=dataset, models=models)
        if options["accept"]:
            for sheet, _ in found:
                target_services.accept_all(sheet=sheet)
            left = unresolved_services.leave_unresolved(dataset=dataset)
        else:
            left = {}
        sheets = []
        for sheet, suggestion in found:
            sheets.append(sheet_as_json(sheet, suggestion, left.get(sheet.pk, {})))
        return {"sheets": sheets}

    def models(self, dataset: Dataset, model: str) -> dict[int, str]:
        if model and model not in catalog.load(dataset.odoo_version):
            raise CommandError(f"Odoo {dataset.odoo_version} has no model '{model}' that can be filled.")
        return {sheet.pk: model for sheet in dataset.sheets.all()} if model else {}

    def tell(self, result: Any) -> None:
        for sheet in result["sheets"]:
            sure = f"{sheet['model_confidence']:.0%} sure" if sheet["model"] else "nothing fits"
            self.stdout.write(
                f"{sheet['sheet']} → {sheet['model'] or '?'} ({sure}); key: {', '.join(sheet['key']) or 'none'}"
            )
            for column in sheet["columns"]:
                sure = f"{column['confidence']:>4.0%}"
                self.stdout.write(f"  {column['header']:<30} {column['field'] or '–':<34} {sure}  {column['reason']}")


def sheet_as_json(sheet: Sheet, suggestion: SheetSuggestion, left: Mapping[str, str]) -> dict[str, Any]:
    """Return a sheet's suggestion. A column that only a further target uses is shown with that target's field.

    `left` says by column why its suggestion was not accepted.
    """
    from engine.match.additions.target_additions import fields_through_steps, made_titles

    further: dict[str, FieldSuggestion] = {}
    for target in suggestion.also:
        further |= {column.title: column for column in target.columns if column.field is not None}
    through_steps, made = fields_through_steps(suggestion), made_titles(suggestion)
    columns = []
    for column in suggestion.columns:
        # Columns that the suggestion's own steps make are no columns of the sheet.
        if column.title in made:
            continue
        shown = column if column.field else further.get(column.title, column)
        if not shown.field and column.title in through_steps:
            shown = replace(column, field=through_steps[column.title], confidence=suggestion.confidence)
        columns.append(column_as_json(shown, left.get(column.title, "")))
    return {
        "sheet": sheet.name,
        "model": suggestion.model or None,
        "model_confidence": suggestion.confidence,
        "key": list(suggestion.key),
        "columns": columns,
    }


def column_as_json(column: FieldSuggestion, left: str) -> dict[str, Any]:
    """Return a column's suggestion, fields by their own names, without the /id of an import."""
    reason = f"{column.reason}; not accepted: {left}" if left else column.reason
    candidates = []
    for field, confidence in column.candidates:
        candidates.append({"field": field.removesuffix("/id"), "confidence": confidence})
    return {
        "header": column.title,
        "field": column.field.removesuffix("/id") if column.field else None,
        "confidence": column.confidence,
        "reason": reason,
        "candidates": candidates,
    }

"""Add the steps that findings propose, as the buttons of the findings page do."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from migrator.management.plain_command import PlainCommand
from profiling.models import Dataset, Sheet
from profiling.selectors import NoSuchDataset, current_sheets, find_dataset, finding_as_json, open_findings


class Command(PlainCommand):
    help = "Add the steps that findings propose: the safe ones, or all of them."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("dataset", metavar="DATASET", help="id or name")
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--safe", action="store_true", help="those that cannot make a right cell wrong (as set)")
        which.add_argument("--all", action="store_true", help="every finding that has a step")
        parser.add_argument("--sheet", default="", metavar="NAME", help="only of this sheet")

    def problems(self) -> tuple[type[Exception], ...]:
        return (NoSuchDataset,)

    def work(self, **options: Any) -> Any:
        from mapping.services import step_services

        dataset = find_dataset(options["dataset"])
        sheets = _sheets(dataset, options["sheet"])
        added = 0
        for sheet in sheets:
            if options["all"]:
                added += step_services.fix_all_findings(dataset=dataset, sheet=sheet)
            else:
                added += step_services.fix_safe_findings(dataset=dataset, sheet=sheet, at_once=True)
        left = []
        for one in step_services.unmended(open_findings(dataset)):
            if one.sheet in sheets:
                left.append({"sheet": one.sheet.name, "column": one.column, **finding_as_json(one)})
        return {"steps_added": added, "findings_left": left}

    def tell(self, result: Any) -> None:
        steps, left = result["steps_added"], result["findings_left"]
        self.stdout.write(f"{steps:,} {'step was' if steps == 1 else 'steps were'} added.")
        if left:
            self.stdout.write(f"{len(left):,} {'finding is' if len(left) == 1 else 'findings are'} left to look at:")
        for one in left:
            where = f"{one['sheet']} · {one['column']}" if one["column"] else one["sheet"]
            self.stdout.write(f"  {where}: {one['message']}")


def _sheets(dataset: Dataset, name: str) -> list[Sheet]:
    """Return the sheets of that name, or all. Raises CommandError where there is none."""
    sheets = list(current_sheets(dataset))
    if not name:
        return sheets
    wanted = [sheet for sheet in sheets if sheet.name == name]
    if not wanted:
        there = ", ".join(dict.fromkeys(sheet.name for sheet in sheets)) or "none"
        raise CommandError(f"{dataset.name} has no sheet '{name}'; it has: {there}.")
    return wanted

"""Look at every column of a dataset again and tell what was found."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from migrator.management.plain_command import PlainCommand
from profiling.selectors import NoSuchDataset, current_sheets, find_dataset, profile_as_json


class Command(PlainCommand):
    help = "Look at every column of a dataset again and tell what was found."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("dataset", metavar="DATASET", help="id or name")

    def problems(self) -> tuple[type[Exception], ...]:
        return (NoSuchDataset,)

    def work(self, **options: Any) -> Any:
        from profiling import file_import

        dataset = find_dataset(options["dataset"])
        for sheet in current_sheets(dataset):
            file_import.profile_again(sheet)
        return {"sheets": [profile_as_json(sheet) for sheet in current_sheets(dataset)]}

    def tell(self, result: Any) -> None:
        for sheet in result["sheets"]:
            self.stdout.write(f"{sheet['sheet']}: {sheet['rows']:,} rows")
            for finding in sheet["findings"]:
                self.stdout.write(f"  ! {finding['message']}")
            for column in sheet["columns"]:
                self.stdout.write(
                    f"  {column['header']}: {column['kind']}, {column['filled']:,} filled, "
                    f"{column['distinct']:,} different"
                )
                for finding in column["findings"]:
                    self.stdout.write(f"    ! {finding['message']}")

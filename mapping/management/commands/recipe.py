"""Write a dataset's recipe to standard output, or take one over from a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from migrator.management.plain_command import PlainCommand, read_text
from profiling.selectors import NoSuchDataset, find_dataset


class Command(PlainCommand):
    help = "Write a dataset's recipe to standard output (dump), or take one over from a file (apply)."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["dump", "apply"])
        parser.add_argument("dataset", metavar="DATASET", help="id or name")
        parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="for apply; - is standard input")

    def problems(self) -> tuple[type[Exception], ...]:
        from engine.readers import Unreadable
        from engine.recipe import RecipeError

        return (NoSuchDataset, RecipeError, Unreadable)

    def work(self, **options: Any) -> Any:
        from engine import recipe as recipes
        from mapping import selectors
        from mapping.services import recipe_services
        from profiling import file_import

        if options["action"] == "dump" and options["file"] is not None:
            raise CommandError("dump writes to standard output; say > FILE to keep it.")
        dataset = find_dataset(options["dataset"])
        if options["action"] == "dump":
            return {"recipe": recipes.dump(selectors.recipe_of(dataset))}
        if options["file"] is None:
            raise CommandError("Name the recipe file to apply.")
        applied = recipe_services.apply_recipe(dataset=dataset, recipe=recipes.load(read_text(options["file"])))
        for sheet in applied.reread:
            file_import.reread(sheet, None)
        return {
            "dataset": dataset.pk,
            "read_again": [sheet.name for sheet in applied.reread],
            "not_named": applied.not_named,
        }

    def tell(self, result: Any) -> None:
        if "recipe" in result:
            self.stdout.write(result["recipe"], ending="")
            return
        self.stdout.write("The recipe is applied.")
        for name in result["not_named"]:
            self.stdout.write(f"  The recipe does not name the sheet {name}; it is left out.")

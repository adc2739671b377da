from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from engine import recipe as recipes
from engine.bundle import OutputRefused, ProblemsFound
from engine.bundle.clean_files import clean
from engine.readers import Unreadable
from exporting import services
from exporting.export_summary import tell_bundle
from migrator.plain_command import PlainCommand, read_text, require_file
from profiling import importing


class Command(PlainCommand):
    help = "Clean files with a recipe into an odoo-migrate project, in one go and without a database."
    problems = (Unreadable, recipes.RecipeError, ProblemsFound, OutputRefused)
    requires_system_checks = ()

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("recipe", type=Path, metavar="RECIPE")
        parser.add_argument("--output", type=Path, required=True, metavar="DIR")

    def work(self, **options: Any) -> Any:
        for path in options["files"]:
            require_file(path)
        recipe = recipes.load(read_text(options["recipe"]))
        report = clean(options["files"], recipe, options["output"], limits=importing.limits())
        return {"output": str(options["output"]), **services.report_as_json(report)}

    def tell(self, result: Any) -> None:
        tell_bundle(self.stdout, result)

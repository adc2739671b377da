from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from migrator.plain_command import PlainCommand, read_text, require_file


class Command(PlainCommand):
    help = "Clean files with a recipe into an odoo-migrate project, in one go and without a database."
    requires_system_checks = ()

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("recipe", type=Path, metavar="RECIPE")
        parser.add_argument("--output", type=Path, required=True, metavar="DIR")

    def problems(self) -> tuple[type[Exception], ...]:
        from engine.bundle import OutputRefused, ProblemsFound
        from engine.readers import Unreadable
        from engine.recipe import RecipeError

        return (Unreadable, RecipeError, ProblemsFound, OutputRefused)

    def work(self, **options: Any) -> Any:
        from engine import recipe as recipes
        from engine.bundle.clean_files import clean
        from exporting import services
        from profiling import importing

        for path in options["files"]:
            require_file(path)
        recipe = recipes.load(read_text(options["recipe"]))
        report = clean(options["files"], recipe, options["output"], limits=importing.limits())
        return {"output": str(options["output"]), **services.report_as_json(report)}

    def tell(self, result: Any) -> None:
        from exporting.export_summary import tell_bundle

        tell_bundle(self.stdout, result)

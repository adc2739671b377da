"""Clean files with a recipe into an odoo-migrate project, in one go and without a database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from migrator.management.plain_command import PlainCommand, read_text, require_file


class Command(PlainCommand):
    help = "Clean files with a recipe into an odoo-migrate project, in one go and without a database."
    requires_system_checks = ()

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("recipe", type=Path, metavar="RECIPE")
        parser.add_argument("--output", type=Path, required=True, metavar="DIR")
        parser.add_argument("--strict", action="store_true", help="write nothing where a sheet is not ready")

    def problems(self) -> tuple[type[Exception], ...]:
        from engine.bundle import OutputRefused, ProblemsFound
        from engine.readers import Unreadable
        from engine.recipe import RecipeError

        return (Unreadable, RecipeError, ProblemsFound, OutputRefused)

    def work(self, **options: Any) -> Any:
        from engine.bundle import clean_files
        from engine.readers import Limits
        from engine.recipe import load

        for path in options["files"]:
            require_file(path)
        recipe = load(read_text(options["recipe"]))
        limits = Limits(**settings.READING_LIMITS)
        report = clean_files(options["files"], recipe, options["output"], limits, strict=options["strict"])
        return {"output": str(options["output"]), **report.as_json()}

    def tell(self, result: Any) -> None:
        from exporting.management.bundle_summary import tell_bundle

        tell_bundle(self.stdout, result)

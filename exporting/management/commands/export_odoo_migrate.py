"""Build the odoo-migrate project of a dataset: a ZIP, or a directory."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from exporting.models import Export
from migrator import jobs
from migrator.management.plain_command import PlainCommand
from profiling.selectors import NoSuchDataset, find_dataset
from profiling.stored_files import local_copy


class Command(PlainCommand):
    help = "Build the odoo-migrate project of a dataset: a ZIP, or a directory where the output names one."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("dataset", metavar="DATASET", help="id or name")
        parser.add_argument("--output", type=Path, default=None, metavar="DIR_OR_ZIP", help="by default export.zip")
        parser.add_argument("--strict", action="store_true", help="export nothing where a sheet is not ready")

    def problems(self) -> tuple[type[Exception], ...]:
        from engine.bundle import OutputRefused, ProblemsFound
        from engine.recipe import RecipeError

        return (NoSuchDataset, RecipeError, ProblemsFound, OutputRefused)

    def work(self, **options: Any) -> Any:
        from engine.bundle.bundle_output import check_output
        from exporting.services import export_services

        dataset = find_dataset(options["dataset"])
        output = options["output"] or Path("export.zip")
        check_output(output, unpacked=not is_zip(output))
        export = export_services.new_export(dataset=dataset, trigger=Export.Trigger.COMMAND)
        try:
            jobs.run_here(f"Exporting {dataset.name}", export_services.build_by_id, export.pk, options["strict"])
            export.refresh_from_db()
            with local_copy(export.bundle) as path:
                write_output(path, output)
        except BaseException:
            export.delete()
            raise
        return {"output": str(output), **export_services.report_of(export)}

    def tell(self, result: Any) -> None:
        from exporting.management.bundle_summary import tell_bundle

        tell_bundle(self.stdout, result)


def is_zip(output: Path) -> bool:
    """Tell whether the output names a ZIP, and not a directory."""
    return output.suffix.lower() == ".zip"


def write_output(bundle: Path, output: Path) -> None:
    """Write the bundle as a ZIP where `output` ends so, else unpacked; never half of it. Raises OutputRefused."""
    from engine.bundle import unpack
    from engine.bundle.bundle_output import workplace

    if not is_zip(output):
        unpack(bundle, output)
        return
    with workplace(output) as directory:
        shutil.copyfile(bundle, directory / output.name)
        (directory / output.name).replace(output)

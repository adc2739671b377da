"""Make the sample datasets for a user; those that are there already stay as they are."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from migrator import jobs
from migrator.management.plain_command import PlainCommand
from migrator.models import User
from profiling import sample_datasets, services
from profiling.models import SourceFile


class Command(PlainCommand):
    help = "Make the sample datasets for a user; those that are there already stay as they are."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--owner", required=True, metavar="USER")

    def work(self, **options: Any) -> Any:
        owner = User.objects.filter(username=options["owner"]).first()
        if owner is None:
            raise CommandError(f"There is no user '{options['owner']}'.")
        return {"datasets": [dataset.name for dataset in sample_datasets.load_samples(owner=owner, add=_read_at_once)]}

    def tell(self, result: Any) -> None:
        for name in result["datasets"]:
            self.stdout.write(f"Made '{name}'")


def _read_at_once(**values: Any) -> SourceFile:
    from profiling import file_import

    source = services.store_file(**values)
    jobs.run_here(f"Reading {source.name}", file_import.read_by_id, source.pk)
    return source

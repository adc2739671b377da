"""Read files into a dataset and look at every column."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.management.base import CommandError, CommandParser

from migrator import jobs
from migrator.management.plain_command import PlainCommand, one_line, require_file
from migrator.models import User
from odoo_migrate.catalog import VERSIONS
from profiling import services
from profiling.models import Dataset, SourceFile
from profiling.selectors import NoSuchDataset, current_sheets, dataset_named


class Command(PlainCommand):
    help = "Read files into a dataset and look at every column. A file of the same name becomes a new version."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--dataset", required=True, metavar="NAME", help="made if there is none of this name")
        parser.add_argument("--owner", metavar="USER", help="user name of the owner of a new dataset")
        parser.add_argument("--country", default=None, help="default country, such as US")
        parser.add_argument(
            "--encoding",
            default="",
            metavar="NAME",
            help="of text files, such as cp1252; by default it is found out",
        )
        parser.add_argument("--odoo", default=None, metavar="VERSION", help="Odoo version, such as 18.0")

    def problems(self) -> tuple[type[Exception], ...]:
        from engine.readers import Unreadable
        from engine.values.countries import UnknownCountry

        return (Unreadable, NoSuchDataset, ValidationError, UnknownCountry)

    def work(self, **options: Any) -> Any:
        for path in options["files"]:
            require_file(path)
        encoding = known_encoding(options["encoding"])
        with dataset_for(options) as (dataset, stays):
            read = read_all(dataset, options["files"], stays, encoding)
        return result(dataset, read)

    def tell(self, result: Any) -> None:
        self.stdout.write(f"Dataset {result['dataset']}: {result['name']}")
        for sheet in result["sheets"]:
            hidden = " (hidden)" if sheet["hidden"] else ""
            self.stdout.write(
                f"  {sheet['sheet']}{hidden} of {sheet['file']}: {sheet['rows']:,} rows, {sheet['columns']} columns, "
                f"{sheet['findings']} things to look at"
            )


@contextmanager
def dataset_for(options: dict[str, Any]) -> Iterator[tuple[Dataset, bool]]:
    """Give the dataset that the files go to, with the settings given, and whether it was there before.

    If the block fails, a new one is gone again; one that was there stays, with its former settings.
    """
    given, owner = given_settings(options), user_named(options["owner"])
    mine = Dataset.objects.filter(owner=owner) if owner else Dataset.objects.all()
    known = dataset_named(options["dataset"], mine)
    dataset = known or services.create_dataset(name=options["dataset"], owner=owner, **given)
    # Taken before the change, to be put back if a file cannot be read.
    former = {name: getattr(dataset, name) for name in given}
    try:
        if known and given:
            services.change_settings(dataset=dataset, values=given)
        yield dataset, known is not None
    except BaseException:  # Ctrl-C too leaves nothing half done behind
        if known is None:
            services.delete_dataset(dataset=dataset, user=None)
        elif given:
            services.change_settings(dataset=dataset, values=former)
        raise


def given_settings(options: dict[str, Any]) -> dict[str, str]:
    """Return the settings given as options. Raises UnknownCountry, CommandError."""
    from engine.values.countries import checked_code

    given = {}
    if options["country"]:
        given["country"] = checked_code(options["country"])
    if options["odoo"]:
        given["odoo_version"] = supported(options["odoo"])
    return given


def supported(version: str) -> str:
    """Return `18` or `18.0` as datasets name it, "18.0". Raises CommandError."""
    named = f"{version.strip().removesuffix('.0')}.0"
    if named not in VERSIONS:
        raise CommandError(f"Odoo {version} is not supported; choose one of {', '.join(VERSIONS)}.")
    return named


def known_encoding(name: str) -> str:
    """Return an encoding as datasets name it, "" for none. Raises CommandError."""
    from engine.readers import ENCODING_NAMES

    named = name.strip().lower().replace("windows-", "cp")
    for known in ENCODING_NAMES:
        if named.replace("-", "_") == known.replace("-", "_"):
            return known
    if named:
        raise CommandError(f"There is no encoding '{name}'; choose one of {', '.join(ENCODING_NAMES)}.")
    return ""


def user_named(name: str | None) -> User | None:
    """Return the user, None where no name was given. Raises CommandError."""
    if not name:
        return None
    found = User.objects.filter(username=name).first()
    if found is None:
        raise CommandError(f"There is no user '{name}'.")
    return found


def read_all(dataset: Dataset, paths: list[Path], stays: bool, encoding: str = "") -> list[str]:
    """Read files, and return the names under which they are kept. Raises Unreadable, which names those that stay."""
    from engine.readers import Unreadable

    names: list[str] = []
    for path in paths:
        try:
            names.append(read(dataset, path, encoding).name)
        except Unreadable as problem:
            before = f" Read before it: {', '.join(names)}." if names and stays else ""
            raise Unreadable(f"{one_line(problem)}{before}") from problem
    return names


def read(dataset: Dataset, path: Path, encoding: str = "") -> SourceFile:
    """Keep a file and read it at once. Raises Unreadable; then it is not kept."""
    from profiling import file_import

    with path.open("rb") as stream:
        source = services.store_file(dataset=dataset, upload=File(stream), name=path.name, encoding=encoding)
    try:
        jobs.run_here(f"Reading {source.name}", file_import.read_by_id, source.pk)
    except BaseException:
        source.delete()
        raise
    return source


def result(dataset: Dataset, names: list[str]) -> dict[str, Any]:
    return {
        "dataset": dataset.pk,
        "name": dataset.name,
        "sheets": [
            {
                "sheet": sheet.name,
                "file": sheet.source_name,
                "rows": sheet.rows,
                "columns": len(sheet.titles),
                "header_rows": sheet.header_rows,
                "hidden": sheet.hidden,
                "findings": sheet.findings.count(),
            }
            for sheet in current_sheets(dataset).filter(source__name__in=names)
        ],
    }

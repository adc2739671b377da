"""runs/<id>/failed/<mapping>.csv: the records that were not stored, with Odoo's words and where they came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from odoo_migrate.loading.journal import Failure
from odoo_migrate.project import csv_text
from odoo_migrate.project.payload import Payload
from odoo_migrate.project.safe_files import inside, replacing

MORE = ("source_file", "source_row", "field", "message")


def write_reports(
    root: Path, folder: str, failed: Iterable[Failure], payloads: Mapping[str, Payload], files: Mapping[str, str]
) -> None:
    """<folder>/<mapping>.csv in the project for each mapping with failures, those of others removed; `files`: the
    raw file by mapping.
    """
    by_mapping: dict[str, dict[str, Failure]] = {}
    for one in failed:
        by_mapping.setdefault(one.mapping, {})[one.id] = one
    for mapping, payload in payloads.items():
        name = f"{folder}/{mapping}.csv"
        if mapping in by_mapping:
            _write(root, name, by_mapping[mapping], payload, files[mapping])
        else:
            inside(root, name).unlink(missing_ok=True)


def _write(root: Path, name: str, failed: Mapping[str, Failure], payload: Payload, file: str) -> None:
    with replacing(root, name) as stream:
        stream.write(csv_text.line(["id", *payload.fields, *MORE]).encode())
        for record in payload.records():
            if record.id in failed:
                why = failed[record.id]
                cells = [record.id, *record.values, file, str(record.row), why.column, why.message]
                stream.write(csv_text.line(cells).encode())

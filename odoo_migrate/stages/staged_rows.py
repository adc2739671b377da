"""Keep staged rows: the raw files as JSON, a row a line with its number, so that messages of other stages can name it.

data/staging/<file>.jsonl       {"row": 2, "cells": {"Company Name": "Acme Corp"}}
data/staging/<file>.stamp.json  what it was made from, and its own SHA-256
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from json.encoder import encode_basestring
from pathlib import Path
from typing import NamedTuple

from odoo_migrate.project import project_definition
from odoo_migrate.project.safe_files import inside, replacing
from odoo_migrate.project.yaml_text import FormatError
from odoo_migrate.stages import file_stamps

DIRECTORY = "data/staging"
_decode = json.JSONDecoder().raw_decode  # `json.loads` also checks how every line begins and ends


def staging_file(raw: str) -> str:
    """Return the staged form of the raw file named `raw` (`customers.csv`)."""
    return f"{DIRECTORY}/{raw.removesuffix('.csv')}.jsonl"


def stamp_file(raw: str) -> str:
    """Return the file that says what the staged form of `raw` was made from."""
    return f"{DIRECTORY}/{raw.removesuffix('.csv')}.stamp.json"


class StagedRow(NamedTuple):
    """Hold a staged row; `offset` is where it begins in the staged file, in bytes."""

    offset: int
    row: int
    cells: Mapping[str, str]


def line_template(titles: Sequence[str]) -> str:
    """Return what `%` makes a line of: the row number and the cells, each as JSON.

    Ten times as fast as encoding a dict.
    """
    cells = ", ".join(f"{encode_basestring(title).replace('%', '%%')}: %s" for title in titles)
    return f'{{"row": %d, "cells": {{{cells}}}}}\n'


def remove(root: Path, raw: str) -> None:
    """Take away what is staged of a raw file, if anything is."""
    for name in (stamp_file(raw), staging_file(raw)):
        inside(root, name).unlink(missing_ok=True)


def stamp(root: Path, raw: str, raw_sha256: str, rows: int) -> None:
    """Write down what the staged file was made from."""
    own = file_stamps.sha256(root, staging_file(raw))
    with replacing(root, stamp_file(raw)) as stream:
        stream.write(file_stamps.text({"raw": raw_sha256, "staged": own, "rows": rows}).encode())


class Staged:
    """Read the staged rows of a raw file.

    Raises FormatError where they are missing, damaged, or older than the raw file.
    """

    def __init__(self, root: Path, raw: str) -> None:
        """Compare the staged file with what it was made from."""
        self.raw, self.file = raw, staging_file(raw)
        self.path = inside(root, self.file)
        found = file_stamps.read(root, stamp_file(raw))
        rows = found.get("rows")
        if not self.path.exists() or not isinstance(rows, int):
            raise FormatError("it is missing; run: odoo-migrate source prepare", self.file)
        self.rows = rows
        self.raw_sha256 = file_stamps.sha256(root, f"{project_definition.RAW}/{raw}")
        if found.get("raw") != self.raw_sha256 or found.get("staged") != file_stamps.sha256(root, self.file):
            raise FormatError(f"{project_definition.RAW}/{raw} is not what it was made from; prepare again.", self.file)

    def __iter__(self) -> Iterator[StagedRow]:
        """Yield the rows in the order of the file."""
        with self.path.open("rb") as stream:
            offset = 0
            for line in stream:
                yield self._row(offset, line)
                offset += len(line)

    def at(self, offset: int) -> StagedRow:
        """Return the row that begins at an offset, which an earlier reading gave."""
        with self.path.open("rb") as stream:
            stream.seek(offset)
            return self._row(offset, stream.readline())

    def _row(self, offset: int, line: bytes) -> StagedRow:
        try:
            content, _ = _decode(line.decode())
            row, cells = content["row"], content["cells"]
            if not (isinstance(row, int) and isinstance(cells, dict)):
                raise TypeError("a row is a number and its cells")
            return StagedRow(offset, row, cells)
        except (ValueError, KeyError, TypeError, RecursionError) as problem:
            raise FormatError("it is damaged; run: odoo-migrate source prepare", self.file) from problem

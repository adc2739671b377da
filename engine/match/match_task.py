"""One sheet's evidence, and what is known of the dataset around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.match.relation_suggestions import Sibling
from engine.match.value_shares import Values
from odoo_migrate.catalog import Catalog

_HIGHEST = 0.99  # a suggestion is never certain


@dataclass(frozen=True)
class Task:
    """A sheet to find suggestions for. `siblings`: the dataset's sheets by their keys, itself among them."""

    name: str
    columns: Sequence[Values]
    catalog: Catalog
    siblings: Sequence[Sibling] = ()
    namespace: str = "migr"

    def others(self, values: Values) -> list[Sibling]:
        """The sheets that a column may refer to: its own too, but not by the key column itself."""
        return [one for one in self.siblings if (one.sheet, one.key) != (self.name, values.column.title)]

    def mapping(self, model: str) -> str:
        """What the bundle calls this sheet's mapping of a model."""
        return next((one.mapping for one in self.siblings if (one.sheet, one.model) == (self.name, model)), model)


def rounded(score: float) -> float:
    """A score as a confidence, 0 to 0.99."""
    return round(max(0.0, min(score, _HIGHEST)), 2)

"""Hold one sheet's evidence, and what its dataset and its other titles add to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter

from engine.match.relation_suggestions import Sibling
from engine.match.title_meaning import readings
from engine.match.title_tokens import pieces
from engine.match.value_scores import ColumnValues
from engine.match.weights import WEIGHTS, MatchWeights
from engine.sources import Recognised, recognise
from odoo_migrate.catalog import Catalog

# Words that name records are never mere decoration, however many titles begin with them.
RECORD_KEY_WORDS = frozenset({"name", "number", "code", "id", "reference"})


@dataclass(frozen=True)
class SheetToMatch:
    """Hold a sheet to find suggestions for.

    `siblings` are the dataset's sheets by their keys, itself among them; `lines` the texts above its table.
    """

    name: str
    columns: Sequence[ColumnValues]
    catalog: Catalog
    siblings: Sequence[Sibling] = ()
    namespace: str = "migr"
    weights: MatchWeights = WEIGHTS
    lines: Sequence[str] = ()

    @cached_property
    def source(self) -> Recognised | None:
        """Return the export of another system that the sheet looks like, None where it looks like none."""
        return recognise(self.titles, self.name, self.lines)

    @cached_property
    def titles(self) -> list[str]:
        """Return the titles of the columns in their order."""
        return [values.column.title for values in self.columns]

    @cached_property
    def words(self) -> frozenset[str]:
        """Return all dictionary words of the sheet's name and titles, in all readings."""
        found = frozenset[str]()
        for title in (self.name, *self.titles):
            for reading in readings(title):
                found |= reading.words
        return found

    @cached_property
    def shared_words(self) -> frozenset[str]:
        """Return the words that many titles begin with ("Deal - …"): they say nothing about the single column."""
        beginnings = Counter[str]()
        for parts in map(pieces, self.titles):
            # A title of one word would lose all that it says.
            if len(parts) > 1:
                beginnings[parts[0]] += 1
        share = self.weights.shared_beginning_share * len(self.titles)
        least = max(self.weights.shared_beginning_titles, share)
        found = frozenset[str]()
        for beginning, times in beginnings.items():
            if times >= least:
                found = found.union(*map(attrgetter("all_words"), readings(beginning)))
        return found - RECORD_KEY_WORDS

    def is_about(self, party: str) -> bool:
        """Return whether the sheet's words name a party such as "vendor", and no customers."""
        # Sheets that name both, such as price lists, are not about either.
        return party in self.words and "customer" not in self.words

    def others(self, values: ColumnValues) -> list[Sibling]:
        """Return the sheets that a column may refer to: its own too, but not by the key column itself."""
        itself = (self.name, values.column.title)
        return [sibling for sibling in self.siblings if (sibling.sheet, sibling.key) != itself]

    def mapping_name(self, model: str) -> str:
        """Return what the bundle calls this sheet's mapping of a model."""
        for sibling in self.siblings:
            if (sibling.sheet, sibling.model) == (self.name, model):
                return sibling.mapping
        return model

    def confidence(self, points: float) -> float:
        """Return points as a confidence, from 0 to the highest one that is shown."""
        return round(max(0.0, min(points, self.weights.highest_confidence)), 2)

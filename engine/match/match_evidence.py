"""What suggestions are made from, and what they are.

Evidence comes from a sheet's profile; no file is read here. Suggestions are proposals: whoever accepts them turns
them into a recipe's targets (`accept.target`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.recipe import Lookup


@dataclass(frozen=True)
class ColumnEvidence:
    """One column. `kind` as the profile names it ("" unknown), `of_kind` how many cells are of that kind,
    `samples` some of its values (blanks are ignored), `patterns` their masks, the most frequent first, `values` as
    many distinct values as are at hand: references are recognised by them.
    """

    title: str
    kind: str = ""
    filled: int = 0
    distinct: int = 0
    rows: int = 0
    samples: Sequence[str] = ()
    could_be_key: bool = False
    patterns: Sequence[str] = ()
    of_kind: int = 0
    values: frozenset[str] = frozenset()


@dataclass(frozen=True)
class SheetEvidence:
    """One sheet of a dataset: `name` as its tab or file is called, `source` the file it came in, `file` the stem of the
    raw file that it becomes ("": after its name).
    """

    name: str
    columns: Sequence[ColumnEvidence]
    source: str = ""
    file: str = ""


@dataclass(frozen=True)
class FieldSuggestion:
    """A column's field: an import name such as `country_id/id`, or None where nothing fits. Confidences are 0 to 1.

    Relational fields come with how their cells become external IDs: `ref` names a mapping whose keys the cells are,
    `lookup` a table; with neither, the built-in table of Odoo's own countries, states, currencies, units or languages.
    `separator` parts the keys of a many2many cell. `needs`: what is left for the user to decide before this column
    can be loaded, one sentence, or "".
    """

    title: str
    field: str | None
    confidence: float
    reason: str
    candidates: Sequence[tuple[str, float]] = ()
    ref: str = ""
    lookup: Lookup | None = None
    separator: str = ""
    needs: str = ""

    @property
    def loadable(self) -> bool:
        """Whether an export can fill the field as things stand, if only for some rows."""
        return self.field is not None and not (self.needs and self.lookup is None and not self.ref)


@dataclass(frozen=True)
class TargetSuggestion:
    """A model that a sheet fills, with one FieldSuggestion per column in the sheet's order.

    `id`: the external ID pattern, "" where nothing names a record. `key`: the titles that the ID is made of; where no
    column is unique the pattern uses the added column "Migration Key" and these titles make it up.
    """

    model: str
    confidence: float
    key: Sequence[str] = ()
    id: str = ""
    columns: Sequence[FieldSuggestion] = ()


@dataclass(frozen=True)
class SheetSuggestion(TargetSuggestion):
    """The sheet's chief target, and `also` the further models that its rows fill (the lines of orders). `model` is ""
    where the sheet says nothing about a model; `candidates` are the likeliest models.
    """

    sheet: str = ""
    reason: str = ""
    candidates: Sequence[tuple[str, float]] = ()
    also: Sequence[TargetSuggestion] = field(default=())

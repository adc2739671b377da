"""Steps that read what a text means: the knowledge says how, and a text that is not read stays as it is."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from engine.steps.step import ColumnStep, Context, CouldNot, Outcome, ValueStep
from engine.steps.step_parameters import Param
from engine.values import NotRead, countries

COUNTRY = Param(
    "country", "country", "Country", help="For rows that name no country; empty means the dataset's country."
)
COUNTRY_COLUMN = Param("country_column", "column", "Column with the country")


class ReadingStep(ValueStep):
    """A step that writes what `read` makes of a value."""

    def convert(self, text: str, context: Context) -> str:
        try:
            return self.read(text, context)
        except NotRead as why:
            raise CouldNot(str(why)) from why

    @abstractmethod
    def read(self, text: str, context: Context) -> str:
        """The new text of a non-blank cell. Raises NotRead, with the reason."""


class PlaceStep(ColumnStep):
    """A step whose answer depends on the row's country: `read` runs once per distinct value and country.

    The country is the one that `country_column` names; where that is empty, `country`; else the dataset's. A name
    that is no country's gives "": another country is not assumed.
    """

    country: str | None
    country_column: str | None

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        default = self.country or context.country
        if not self.country_column:
            return by_row([values], lambda text: (self.read(text, default),))
        beside = context.others[self.country_column]
        return by_row([values, beside], lambda text, named: (self.read(text, named_country(named, default)),))

    @abstractmethod
    def read(self, text: str, country: str) -> str:
        """The new text of a non-blank cell in a country (ISO alpha-2, "" if unknown). Raises NotRead."""


def named_country(named: str, default: str) -> str:
    """The country that a cell names, `default` for an empty cell, "" where the name is no country's."""
    return (countries.iso_code(named) or "") if named.strip() else default


def by_row(columns: Sequence[pa.Array], read: Callable[..., tuple[str, ...]], titles: Sequence[str] = ()) -> Outcome:
    """Apply `read` once to each distinct row of some columns whose first cell is not blank.

    `read` gets the row's cells and returns the first cell's new text and one text for each of `titles`, the
    columns to add. Where it raises NotRead, the cell keeps its text and the added ones stay empty.
    """
    rows, spread = _distinct(columns)
    answers, failed, reasons = [], [False] * len(rows), {}
    for place, row in enumerate(rows):
        answer = (row[0], *[""] * len(titles))
        if row[0]:
            try:
                answer = read(*row)
            except NotRead as why:
                failed[place], reasons[row[0]] = True, str(why)
        answers.append(answer)
    texts = [pa.array(column, pa.string()).take(spread) for column in zip(*answers, strict=True)]
    texts = texts or [pa.array([], pa.string())] * (1 + len(titles))
    could_not = pa.array(failed, pa.bool_()).take(spread) if reasons else None
    return Outcome(texts[0], could_not, reasons, dict(zip(titles, texts[1:], strict=True)))


def merged(values: pa.Array, parts: Iterable[tuple[pa.Array, Outcome]], titles: Sequence[str] = ()) -> Outcome:
    """`values`, but for the cells that a part's mask (bool) marks: there the part's outcome, which has one cell for
    each marked one. `titles` are the columns that the parts add.
    """
    could_not: pa.Array | None = None
    reasons: dict[str, str] = {}
    added = {title: pa.repeat(pa.scalar("", pa.string()), len(values)) for title in titles}
    for mask, part in parts:
        values = pc.replace_with_mask(values, mask, part.values)
        reasons.update(part.reasons)
        if part.could_not is not None:
            failed = pa.repeat(False, len(values)) if could_not is None else could_not
            could_not = pc.replace_with_mask(failed, mask, part.could_not)
        added = {title: pc.replace_with_mask(added[title], mask, part.added[title]) for title in titles}
    return Outcome(values, could_not, reasons, added)


def _distinct(columns: Sequence[pa.Array]) -> tuple[list[tuple[str, ...]], pa.Array]:
    """The distinct rows of some columns, and for each row which of them it is."""
    if len(columns) == 1:
        encoded = columns[0].dictionary_encode()
        return [(text,) for text in encoded.dictionary.to_pylist()], encoded.indices
    places: dict[tuple[str, ...], int] = {}
    rows = zip(*(column.to_pylist() for column in columns), strict=True)
    cells = [places.setdefault(row, len(places)) for row in rows]
    return list(places), pa.array(cells, pa.int32())

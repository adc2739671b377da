"""The bases of steps that read what a text means: `engine.values` knows how, and what is not read stays as it is."""

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
    """Write what `read` makes of a value."""

    def convert(self, text: str, context: Context) -> str:
        """Return what `read` makes of the text; its NotRead becomes CouldNot."""
        try:
            return self.read(text, context)
        except NotRead as why:
            raise CouldNot(str(why)) from why

    @abstractmethod
    def read(self, text: str, context: Context) -> str:
        """Return the new text of a non-blank cell. Raises NotRead, with the reason."""


class CountryReadingStep(ColumnStep):
    """Write what `read` makes of a value in the row's country, once per distinct value and country.

    The country is the one that `country_column` names; where that is empty, `country`; else the dataset's. A name
    that is no country's gives "": another country is not assumed.
    """

    country: str | None
    country_column: str | None

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        """Read each distinct value once for every country that it occurs with."""
        default = self.country or context.country

        def read(text: str, named: str = "") -> tuple[str]:
            return (self.read(text, named_country(named, default)),)

        columns = [values]
        if self.country_column:
            columns.append(context.others[self.country_column])
        return by_row(columns, read)

    @abstractmethod
    def read(self, text: str, country: str) -> str:
        """Return the new text of a non-blank cell in a country (ISO alpha-2, "" if unknown). Raises NotRead."""


def named_country(named: str, default: str) -> str:
    """Return the country that a cell names, `default` for an empty cell, "" where the name is no country's."""
    if not named.strip():
        return default
    return countries.address_code(named) or ""


def by_row(columns: Sequence[pa.Array], read: Callable[..., tuple[str, ...]], titles: Sequence[str] = ()) -> Outcome:
    """Apply `read` once to each distinct row of some columns whose first cell is not blank.

    Args:
        columns: The column to convert, and others that `read` needs.
        read: Gets the row's cells and returns the first cell's new text and one text for each of `titles`. Where it
            raises NotRead, the cell keeps its text and the added ones stay empty.
        titles: The columns to add.
    """
    rows, row_numbers = distinct_rows(columns)
    answers, failed, reasons = [], [False] * len(rows), {}
    for place, row in enumerate(rows):
        # What a blank cell gets, and one that is not read.
        answer = (row[0], *[""] * len(titles))
        if row[0]:
            try:
                answer = read(*row)
            except NotRead as why:
                failed[place], reasons[row[0]] = True, str(why)
        answers.append(answer)
    texts = []
    for position in range(1 + len(titles)):
        column = [answer[position] for answer in answers]
        texts.append(pa.array(column, pa.string()).take(row_numbers))
    added = dict(zip(titles, texts[1:], strict=True))
    if not reasons:
        return Outcome(texts[0], None, reasons, added)
    return Outcome(texts[0], pa.array(failed, pa.bool_()).take(row_numbers), reasons, added)


def merged(values: pa.Array, parts: Iterable[tuple[pa.Array, Outcome]], titles: Sequence[str] = ()) -> Outcome:
    """Return a column of which parts were converted apart.

    Args:
        values: The column; cells that no part marks stay.
        parts: Masks (bool) of the column's length, each with the outcome of the cells that it marks.
        titles: The columns that the parts add.
    """
    could_not: pa.Array | None = None
    reasons: dict[str, str] = {}
    blanks = pa.repeat(pa.scalar("", pa.string()), len(values))
    added = dict.fromkeys(titles, blanks)  # Arrow's arrays never change, so all may begin as the same one
    for mask, part in parts:
        values = pc.replace_with_mask(values, mask, part.values)
        # Reasons are by text, so equal texts of different parts share the one that came last.
        reasons.update(part.reasons)
        if part.could_not is not None:
            if could_not is None:
                could_not = pa.repeat(False, len(values))
            could_not = pc.replace_with_mask(could_not, mask, part.could_not)
        for title in titles:
            added[title] = pc.replace_with_mask(added[title], mask, part.added[title])
    return Outcome(values, could_not, reasons, added)


def distinct_rows(columns: Sequence[pa.Array]) -> tuple[list[tuple[str, ...]], pa.Array]:
    """Return the distinct rows of some columns, and for each row the number of its distinct one."""
    if len(columns) == 1:
        encoded = columns[0].dictionary_encode()
        # Zipped alone, each text is a row of one cell.
        return list(zip(encoded.dictionary.to_pylist(), strict=True)), encoded.indices
    # Arrow finds equal cells, not equal rows. A dictionary numbers them in the order in which they first come.
    numbers: dict[tuple[str, ...], int] = {}
    cells = [column.to_pylist() for column in columns]
    number_of_row = [numbers.setdefault(row, len(numbers)) for row in zip(*cells, strict=True)]
    return list(numbers), pa.array(number_of_row, pa.int32())

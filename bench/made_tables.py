"""Messy tables of any size, the same for everybody, and their files, made once for a size and kept in var/bench.

As in life, the cells of some columns are all distinct and those of others hardly.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

SEED = 20_240_229
BATCH = 65_536

Text: TypeAlias = pa.Array

COMPANIES = ("Acme", "Beta", "Gamma", "Delta", "Nordwind", "Müller", "O'Neil", "McDonald", "Bäckerei Schön", "IBM")
KINDS = ("Inc", "Inc.", "GmbH", "Corp", "LLC", "& Sons", "SARL", "BV")
STREETS = ("Main St", "Oak Avenue", "Lindenstraße", "Rue de la Paix", "Kerkstraat", "Via Roma", "High Street")
CITIES = ("Springfield", "Portland", "Berlin", "München", "Lyon", "Gent", "Utrecht", "Madrid", "Porto", "Milano")
COUNTRIES = ("USA", "US", "United States", "U.S.A.", "Germany", "Deutschland", "DE", "France", "UK", "Belgium", "")
TAGS = ("VIP", "Wholesale", "VIP;Wholesale", "Retail", "retail ", "New; VIP", "")
EMPTY_WORDS = ("", "", "", "N/A", "-", "none")
WORDS = (
    "called", "customer", "wants", "the", "delivery", "before", "noon", "left",
    "parcel", "with", "neighbour", "invoice", "paid", "twice", "please", "check",
    "again", "next", "week", "and", "ask", "for", "Maria",
)  # fmt: skip


class Maker:
    """Make columns of `rows` cells each, from one stream of random numbers."""

    def __init__(self, rows: int, seed: int = SEED) -> None:
        """Take the number of rows, and the seed that everybody uses."""
        self.rows = rows
        self.random = np.random.default_rng(seed)

    def integers(self, low: int, high: int) -> npt.NDArray[np.int64]:
        """Return whole numbers from `low` up to but not including `high`."""
        return self.random.integers(low, high, self.rows)

    def digits(self, low: int, high: int) -> Text:
        """Return such numbers as text."""
        return pc.cast(pa.array(self.integers(low, high)), pa.string())

    def one_of(self, words: Sequence[str]) -> Text:
        """Return cells that each hold one of the words."""
        return pa.array(words, pa.string()).take(pa.array(self.integers(0, len(words))))

    def mixed(self, *variants: tuple[float, Text]) -> Text:
        """Return cells of several columns, each with its share; shares add up to 1."""
        shares = np.cumsum([share for share, _ in variants])
        chosen = np.searchsorted(shares, self.random.random(self.rows), side="right").clip(0, len(variants) - 1)
        return pc.choose(pa.array(chosen), *(cells for _, cells in variants))


def joined(*parts: Text | str, separator: str = "") -> Text:
    """Return the parts side by side in one cell."""
    return pc.binary_join_element_wise(*parts, separator)


def customers(maker: Maker) -> dict[str, Text]:
    """Return twelve columns as they come from a customer list."""
    number = pc.cast(pa.array(np.arange(1, maker.rows + 1)), pa.string())
    code = joined("C", pc.utf8_lpad(number, 7, "0"))
    name = joined(
        maker.one_of(COMPANIES), maker.digits(1, max(2, maker.rows // 20)), maker.one_of(KINDS), separator=" "
    )
    return {
        "Customer Code": code,
        "Company Name": maker.mixed((0.9, name), (0.05, joined(" ", name)), (0.05, joined(name, "  "))),
        "Email Address": emails(maker, number),
        "Phone": phones(maker),
        "Street": joined(maker.digits(1, 400), maker.one_of(STREETS), separator=" "),
        "City": joined(maker.one_of(CITIES), maker.one_of(("", "", " ", "-Nord"))),
        "ZIP": pc.utf8_lpad(maker.digits(501, 99_951), 5, "0"),
        "Country": maker.one_of(COUNTRIES),
        "Tags": maker.one_of(TAGS),
        "Customer Since": dates(maker),
        "Open Balance": amounts(maker),
        "Notes": maker.one_of((*EMPTY_WORDS, "call back", "pays late", "do not deliver on Mondays")),
    }


def emails(maker: Maker, number: Text) -> Text:
    """Return addresses, some with spaces, some in capitals, some missing."""
    plain = joined("info", number, "@", maker.one_of(("acme", "beta", "gamma")), ".example")
    return maker.mixed(
        (0.8, plain), (0.08, joined(" ", plain)), (0.1, pc.utf8_upper(plain)), (0.02, maker.one_of(EMPTY_WORDS))
    )


def phones(maker: Maker) -> Text:
    """Return numbers of the United States in the formats that people use, some with an extension, some missing."""
    area, exchange, line = maker.digits(201, 990), maker.digits(200, 1000), maker.digits(1000, 10_000)
    return maker.mixed(
        (0.4, joined("(", area, ") ", exchange, "-", line)),
        (0.25, joined(area, "-", exchange, "-", line)),
        (0.15, joined("+1", area, exchange, line)),
        (0.1, joined(area, ".", exchange, ".", line)),
        (0.05, joined("(", area, ") ", exchange, "-", line, " x", maker.digits(1, 400))),
        (0.05, maker.one_of(EMPTY_WORDS)),
    )


def dates(maker: Maker) -> Text:
    """Return days in three forms."""
    days = pa.array(maker.integers(10_957, 20_000).astype("datetime64[D]"))
    return maker.mixed(
        (0.6, pc.strftime(days, "%Y-%m-%d")),
        (0.3, pc.strftime(days, "%m/%d/%Y")),
        (0.1, pc.strftime(days, "%d %B %Y")),
    )


def amounts(maker: Maker) -> Text:
    """Return amounts in dollars in three forms."""
    thousands, hundreds, cents = maker.digits(1, 60), maker.digits(100, 1000), maker.digits(10, 100)
    return maker.mixed(
        (0.5, joined("$", thousands, ",", hundreds, ".", cents)),
        (0.3, joined(thousands, hundreds, ".", cents)),
        (0.2, joined("USD ", thousands, ",", hundreds)),
    )


def free_text(maker: Maker) -> dict[str, Text]:
    """Return two columns of sentences: hardly two cells look alike, so nothing is gained from what looks alike."""

    def sentence() -> Text:
        return joined(*(maker.one_of(WORDS) for _ in range(12)), maker.digits(0, 1_000_000), separator=" ")

    return {"Remark": sentence(), "Answer": sentence()}


def write_csv(path: Path, columns: dict[str, Text]) -> Path:
    """Write the columns as a CSV file, unless it is there already, and return its path."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        half = path.with_suffix(".part")
        pa.csv.write_csv(pa.table(columns), half, pa.csv.WriteOptions(batch_size=BATCH, quoting_style="needed"))
        half.rename(path)
    return path


# --- files


def customers_csv(folder: Path, rows: int) -> Path:
    """Return a file of twelve messy columns."""
    path = folder / f"customers-{rows}.csv"
    return path if path.exists() else write_csv(path, customers(Maker(rows)))


def free_text_csv(folder: Path, rows: int) -> Path:
    """Return a file of two columns of sentences."""
    path = folder / f"sentences-{rows}.csv"
    return path if path.exists() else write_csv(path, free_text(Maker(rows)))


def customers_xlsx(folder: Path, rows: int) -> Path:
    """Return the same twelve columns as a workbook: ZIP codes, dates and amounts are numbers with a number format."""
    path = folder / f"customers-{rows}.xlsx"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        book = Workbook(write_only=True)
        _fill(book.create_sheet("Customers"), rows)
        half = path.with_suffix(".part")
        book.save(half)
        half.rename(path)
    return path


FORMATS = {"ZIP": "00000", "Customer Since": "yyyy-mm-dd", "Open Balance": "#,##0.00"}


def _fill(sheet: WriteOnlyWorksheet, rows: int) -> None:
    columns = customers(Maker(rows))
    random = np.random.default_rng(SEED)
    numbers: dict[str, list[float | date]] = {
        "ZIP": random.integers(501, 99_951, rows).tolist(),
        "Customer Since": [date(2000, 1, 1) + timedelta(days=n) for n in random.integers(0, 9000, rows).tolist()],
        "Open Balance": (random.integers(10_000, 6_000_000, rows) / 100).tolist(),
    }  # fmt: skip
    sheet.append(list(columns))
    cells: list[list[Any]] = [numbers.get(title) or texts.to_pylist() for title, texts in columns.items()]
    forms = [FORMATS.get(title) for title in columns]
    for row in zip(*cells, strict=True):
        sheet.append([_cell(sheet, value, form) for value, form in zip(row, forms, strict=True)])


def _cell(sheet: WriteOnlyWorksheet, value: Any, form: str | None) -> Any:
    if form is None:
        return value
    cell = WriteOnlyCell(sheet, value=value)
    cell.number_format = form
    return cell

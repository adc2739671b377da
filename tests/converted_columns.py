"""Runs one step over one column, as the engine does: learn from the distinct values, then convert."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import openpyxl
import pyarrow as pa

from engine.steps.step import ColumnStep, Context

SAMPLES = Path(__file__).parent / "samples"


@dataclass(frozen=True)
class Converted:
    """What came out: `values`, positions that `could_not`, `reasons` by text, `added` columns."""

    values: list[str]
    could_not: list[int]
    reasons: Mapping[str, str]
    added: Mapping[str, list[str]]


def convert(
    step: ColumnStep, values: Sequence[str], context: Context | None = None, **others: Sequence[str]
) -> Converted:
    """`others` are the columns that the step reads, by title."""
    columns = {title: pa.array(column, pa.string()) for title, column in others.items()}
    context = replace(context or Context(), others=columns)
    if step.learns:
        distinct = [value for value in dict.fromkeys(values) if value]
        context = replace(context, learnt=step.learn(distinct, context))
    outcome = step.apply(pa.array(values, pa.string()), context)
    assert outcome.values.type == pa.string()
    failed = outcome.could_not.to_pylist() if outcome.could_not is not None else []
    return Converted(
        outcome.values.to_pylist(),
        [place for place, flag in enumerate(failed) if flag],
        outcome.reasons,
        {title: column.to_pylist() for title, column in outcome.added.items()},
    )


def sample_column(file: str, title: str, sheet: str | None = None) -> list[str]:
    """A column of a sample workbook as text: dates at midnight as days, numbers without a needless .0."""
    book = openpyxl.load_workbook(SAMPLES / file)
    titles, *rows = (book[sheet] if sheet else book.worksheets[0]).iter_rows(values_only=True)
    return [_shown(row[titles.index(title)]) for row in rows]


def _shown(value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    return "" if value is None else str(value)


def sample_rows(file: str) -> list[dict[str, str]]:
    """The rows of a sample CSV file in UTF-8."""
    with (SAMPLES / file).open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def expected_customers(title: str) -> list[str]:
    """A column of the cleaned answer to messy_customers.xlsx."""
    return [row[title] for row in sample_rows("messy_customers.expected.csv")]

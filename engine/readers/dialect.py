"""How a text file separates and quotes its values: by trying every separator on the first records."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

SEPARATORS = ",;\t|^~¦§¬\x1f\x1e\x1d\x1c\x01"
WEAK_SEPARATORS = ":#*!&$@"  # stand inside values too: only where the first record is split into several words
RECORDS = 400
_HINT = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)  # Excel's own first line, which it does not show
_LEAST = 0.4

# A cell may hold a whole document; what a record may hold is limited where lines are read.
csv.field_size_limit(2**27)


@dataclass(frozen=True)
class Dialect:
    """`delimiter` is "" for a file of one column, `quote` "" where quotes mean nothing, `escape` "" or a backslash.

    `width` is how many values a record usually has; `hint` how many characters Excel's `sep=` line takes.
    """

    delimiter: str
    quote: str
    escape: str
    width: int
    hint: int = 0

    def split(self, record: str) -> list[str]:
        """The values of one record, given with its line breaks."""
        if not self.delimiter:
            return next(self._reader(record, "\x1f"), []) if self.quote else [record.rstrip("\r\n")]
        return next(self._reader(record, self.delimiter), [])

    def _reader(self, record: str, delimiter: str) -> Iterator[list[str]]:
        return _records(record, delimiter, self.quote, self.escape)


def detect(sample: str, complete: bool) -> Dialect:
    """The dialect of a file that begins with `sample`; `complete` says that the sample is the whole file."""
    hint = _HINT.match(sample)
    text = sample[hint.end() :] if hint else sample
    allowed = hint.group(1) if hint else SEPARATORS + WEAK_SEPARATORS
    present = [separator for separator in allowed if separator in text]
    tried = [_try(text, separator, complete) for separator in present]
    best = max(tried, key=lambda one: one[0], default=None)
    if best is None or best[0] < _LEAST:
        return Dialect("", '"' if _quotes(text, "", complete) == '"' else "", "", 1, hint.end() if hint else 0)
    return Dialect(*best[1:], hint=hint.end() if hint else 0)


def _try(text: str, separator: str, complete: bool) -> tuple[float, str, str, str, int]:
    """Score (0 to 1), separator, quote, escape and usual width if `separator` were the right one."""
    quote = _quotes(text, separator, complete)
    escape = "\\" if quote and _escapes(text, separator, quote) else ""
    records = list(_some(text, separator, quote, escape, complete))
    widths = Counter(len(record) for record in records if any(record)) or Counter(map(len, records))
    if not widths or max(widths) < 2:
        return 0.0, separator, quote, escape, 1
    width, usual = max(widths.items(), key=lambda item: (item[1] * (item[0] > 1), item[0]))
    split = sum(count for size, count in widths.items() if size > 1)
    total = sum(widths.values())
    score = (0.7 * usual + 0.3 * split) / total * (1 - 1 / (width + 1))
    if separator in WEAK_SEPARATORS and not _titles(records[0]):
        score = 0.0
    if split < total and _only_in_numbers(text, separator):
        score = 0.0
    return score, separator, quote, escape, width


def _some(text: str, separator: str, quote: str, escape: str, complete: bool) -> list[list[str]]:
    records = []
    for record in _records(text, separator, quote, escape):
        records.append(record)
        if len(records) > RECORDS:
            break
    return records if complete or len(records) < 2 else records[:-1]


def _records(text: str, separator: str, quote: str, escape: str) -> Iterator[list[str]]:
    return csv.reader(
        io.StringIO(text, newline=""),
        delimiter=separator,
        quotechar=quote or None,
        escapechar=escape or None,
        doublequote=not escape,
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
    )


def _titles(record: list[str]) -> bool:
    """Several words: what a row of titles looks like."""
    return len(record) > 2 and all(any(letter.isalpha() for letter in value) for value in record)


def _only_in_numbers(text: str, separator: str) -> bool:
    """Every one stands between two digits: a decimal comma or a time, not a separator."""
    return not re.search(rf"(?<!\d){re.escape(separator)}|{re.escape(separator)}(?!\d)", text)


def _quotes(text: str, separator: str, complete: bool) -> str:
    """The character that values are wrapped in: the one that both begins and ends values."""
    for quote, least in (('"', 1), ("'", 3)):
        edge = re.escape(separator) if separator else "$^"
        begins = len(re.findall(rf"(?:^|{edge}){quote}", text, re.MULTILINE))
        ends = (not complete) + len(re.findall(rf"{quote}(?:{edge}|\r?$)", text, re.MULTILINE))
        if min(begins, ends) >= least and max(begins, ends) <= 2 * min(begins, ends):
            return quote
    return ""


def _escapes(text: str, separator: str, quote: str) -> bool:
    """Quotes inside values are written with a backslash before them, not doubled."""
    edge = rf"{re.escape(separator)}\r\n"
    return bool(re.search(rf"\\{quote}[^{edge}]", text)) and not re.search(rf"[^{edge}]{quote * 2}[^{edge}]", text)

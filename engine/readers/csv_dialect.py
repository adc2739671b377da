"""How a text file separates and quotes its values, and the records that follow from that.

The dialect is found by trying every separator on the first records. Splitting forgives what a strict reader refuses.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import TextIO

from engine.readers.refusals import Unreadable

SEPARATORS = ",;\t|^~¦§¬\x1f\x1e\x1d\x1c\x01"
WEAK_SEPARATORS = ":#*!&$@"  # occur inside values too: only where the first record is split into several words
RECORDS = 400  # of the sample, that separators are tried on
LONGEST_LINE = 8 * 2**20  # characters
LINES = 500  # a quoted value may span so many lines; beyond, its first quote is taken for a plain character
SIZE = 2**20  # characters of one record
_HINT = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)  # Excel's own first line, which it does not show
_LEAST_SCORE = 0.4  # below, the file has one column
_NEVER = "$^"  # a pattern that fits nothing between two values
_UNUSED = "\x1f"  # a delimiter for files of one column, which it does not occur in

# A cell may hold a whole document; what a record may hold is limited where lines are read.
csv.field_size_limit(2**27)


@dataclass(frozen=True)
class Dialect:
    """Describe how a text file separates and quotes its values.

    `delimiter` is "" for a file of one column, `quote` "" where quotes mean nothing, `escape` "" or a backslash.
    `width` is how many values a record usually has; `hint` how many characters Excel's `sep=` line takes.
    """

    delimiter: str
    quote: str
    escape: str
    width: int
    hint: int = 0

    def split(self, record: str) -> list[str]:
        """Return the values of one record, given with its line breaks."""
        if not self.delimiter and not self.quote:
            return [record.rstrip("\r\n")]
        return next(_split(record, self.delimiter or _UNUSED, self.quote, self.escape), [])


def detect(sample: str, complete: bool) -> Dialect:
    """Return the dialect of a file that begins with `sample`; `complete` says that the sample is the whole file."""
    skipped, allowed = 0, SEPARATORS + WEAK_SEPARATORS
    if hint := _HINT.match(sample):
        skipped, allowed = hint.end(), hint[1]
    text = sample[skipped:]
    best_score, best = 0.0, None
    for separator in allowed:
        if separator not in text:
            continue
        score, dialect = _try(text, separator, complete)
        if best is None or score > best_score:
            best_score, best = score, dialect
    if best is None or best_score < _LEAST_SCORE:
        # In one column an apostrophe is a part of the text.
        best = Dialect("", _quote_of(text, "", complete).strip("'"), "", 1)
    return replace(best, hint=skipped)


def _try(text: str, separator: str, complete: bool) -> tuple[float, Dialect]:
    """Return a score (0 to 1) for `separator`, and what the dialect would be."""
    quote = _quote_of(text, separator, complete)
    escape = "\\" if quote and _has_escapes(text, separator, quote) else ""
    records = _first_records(text, separator, quote, escape, complete)
    widths = Counter(map(len, filter(any, records))) or Counter(map(len, records))
    if not widths or max(widths) < 2:
        return 0.0, Dialect(separator, quote, escape, 1)
    total = widths.total()
    split = total - widths.pop(0, 0) - widths.pop(1, 0)
    # The most frequent width of records that are split at all, the larger one of two.
    usual = max(widths.values())
    width = max(size for size, count in widths.items() if count == usual)
    dialect = Dialect(separator, quote, escape, width)
    if separator in WEAK_SEPARATORS and not _looks_like_titles(records[0]):
        return 0.0, dialect
    if split < total and _is_only_in_numbers(text, separator):
        return 0.0, dialect
    # Records of one width count most; the more columns, the less is it chance.
    return (0.7 * usual + 0.3 * split) / total * (1 - 1 / (width + 1)), dialect


def _first_records(text: str, separator: str, quote: str, escape: str, complete: bool) -> list[list[str]]:
    records = list(islice(_split(text, separator, quote, escape), RECORDS + 1))
    if complete or len(records) < 2:
        return records
    return records[:-1]  # the last one may be cut off


def _split(text: str, separator: str, quote: str, escape: str) -> Iterator[list[str]]:
    return csv.reader(
        io.StringIO(text, newline=""),
        delimiter=separator,
        quotechar=quote or None,
        escapechar=escape or None,
        doublequote=not escape,
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
    )


def _looks_like_titles(record: list[str]) -> bool:
    """Return whether these are several words: what a row of titles looks like."""
    return len(record) > 2 and all(any(map(str.isalpha, value)) for value in record)


def _is_only_in_numbers(text: str, separator: str) -> bool:
    """Return whether digits surround every separator: then it is a decimal comma, or part of times."""
    sign = re.escape(separator)
    return not re.search(rf"(?<!\d){sign}|{sign}(?!\d)", text)


def _quote_of(text: str, separator: str, complete: bool) -> str:
    """Return the character that values are wrapped in, "" for none: it both begins and ends values."""
    edge = re.escape(separator) or _NEVER
    # Apostrophes occur in words; a few of them at edges are no quotes yet.
    for quote, least in (('"', 1), ("'", 3)):
        begins = len(re.findall(rf"(?:^|{edge}){quote}", text, re.MULTILINE))
        ends = (not complete) + len(re.findall(rf"{quote}(?:{edge}|\r?$)", text, re.MULTILINE))
        if min(begins, ends) >= least and max(begins, ends) <= 2 * min(begins, ends):
            return quote
    return ""


def _has_escapes(text: str, separator: str, quote: str) -> bool:
    """Return whether quotes inside values have a backslash before them, and are not doubled."""
    edge = rf"{re.escape(separator)}\r\n"
    return bool(re.search(rf"\\{quote}[^{edge}]", text)) and not re.search(rf"[^{edge}]{quote * 2}[^{edge}]", text)


def records(text: TextIO, dialect: Dialect) -> Iterator[list[str]]:
    """Yield the values of every record in order; [""] for an empty line.

    A quote that is never closed is a plain character. Raises Unreadable for a line that no table has.
    """
    lines = _Lines(text)
    while line := lines.take():
        if not _has_marks(line, dialect):
            yield _plain(line, dialect)
        elif not dialect.quote or not _opens(line, dialect):
            yield dialect.split(line)
        else:
            yield _spanning(line, lines, dialect)


def _has_marks(line: str, dialect: Dialect) -> bool:
    """Return whether the line cannot simply be cut at its separators."""
    return (dialect.quote != "" and dialect.quote in line) or (dialect.escape != "" and dialect.escape in line)


class _Lines:
    """Lines of a text, some of which may be put back."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._waiting: deque[str] = deque()

    def take(self) -> str:
        """Return the next line with its line break, "" at the end."""
        if self._waiting:
            return self._waiting.popleft()
        line = self._text.readline(LONGEST_LINE)
        if len(line) == LONGEST_LINE:
            raise Unreadable("One line of this text file is longer than any row of a table; it cannot be read.")
        return line

    def put_back(self, lines: list[str]) -> None:
        self._waiting.extendleft(reversed(lines))


def _plain(line: str, dialect: Dialect) -> list[str]:
    bare = line.rstrip("\r\n")
    if not dialect.delimiter:
        return [bare]
    return bare.split(dialect.delimiter)


def _spanning(line: str, lines: _Lines, dialect: Dialect) -> list[str]:
    """Return the values of a record whose quoted value goes on in the lines that follow."""
    taken, size = [line], len(line)
    while len(taken) < LINES and size < SIZE and (more := lines.take()):
        taken.append(more)
        size += len(more)
        if not _stays_open(more, dialect):
            return dialect.split("".join(taken))
    lines.put_back(taken[1:])
    return _plain(line, dialect)


def _opens(line: str, dialect: Dialect) -> bool:
    """Return whether the line ends inside a quoted value that began in it."""
    quote, separator = dialect.quote, re.escape(dialect.delimiter or _UNUSED)
    inside = rf"[^{quote}\\]|\\.|{quote}{quote}" if dialect.escape else f"[^{quote}]|{quote}{quote}"
    # Quantifiers are possessive: a long line with many quotes must not be tried in every way.
    value = rf"{quote}(?:{inside})*+{quote}[^{separator}]*+|[^{quote}{separator}][^{separator}]*+|"
    return bool(re.fullmatch(rf"(?:(?:{value}){separator})*+{quote}(?:{inside})*+", line, re.DOTALL))


def _stays_open(line: str, dialect: Dialect) -> bool:
    """Return whether a line that begins inside a quoted value ends inside one, too."""
    escaped = r"\\." if dialect.escape else dialect.quote * 2
    masked = re.sub(escaped, "..", line, flags=re.DOTALL)
    end = masked.find(dialect.quote)
    return end < 0 or _opens("." + line[end + 1 :], dialect)

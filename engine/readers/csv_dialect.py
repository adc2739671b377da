"""How a text file separates and quotes its values: found by trying every separator on the first records."""

from __future__ import annotations

import io
import re
from collections import Counter
from dataclasses import replace
from itertools import islice

from engine.readers.csv_records import Dialect, records
from engine.readers.raw_sheet import SheetNotes

SEPARATORS = ",;\t|^~¦§¬\x1f\x1e\x1d\x1c\x01"
WEAK_SEPARATORS = ":#*!&$@"  # occur inside values too: only where the first record is split into several words
RECORDS = 400  # of the sample, that separators are tried on
_HINT = re.compile(r'"?sep=(.)"?(?:\r\n|\r|\n)', re.IGNORECASE)  # Excel's own first line, which it does not show
_LEAST_SCORE = 0.4  # below, the file has one column
_NEVER = "$^"  # a pattern that fits nothing between two values


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
        best = Dialect("", _quote_of_one_column(text), "", 1)
    return replace(best, hint=len(sample[:skipped].encode()))


def _quote_of_one_column(text: str) -> str:
    """Return the quote where it both begins and ends lines of a file of one column."""
    begins, ends = len(re.findall(r'^"', text, re.MULTILINE)), len(re.findall(r'"\r?$', text, re.MULTILINE))
    return '"' if min(begins, ends) >= 1 and max(begins, ends) <= 2 * min(begins, ends) else ""


def _try(text: str, separator: str, complete: bool) -> tuple[float, Dialect]:
    """Return a score (0 to 1) for `separator`, and what the dialect would be."""
    quote = _quote_of(text, separator, complete)
    escape = "\\" if quote and _has_escapes(text, separator, quote) else ""
    spaced = quote != "" and _is_spaced(text, separator, quote)
    dialect = Dialect(separator, quote, escape, 0, spaced=spaced)
    first = _first_records(text, dialect, complete)
    widths = Counter(map(len, filter(any, first))) or Counter(map(len, first))
    if not widths or max(widths) < 2:
        return 0.0, replace(dialect, width=1)
    total = widths.total()
    split = total - widths.pop(0, 0) - widths.pop(1, 0)
    # The most frequent width of records that are split at all, the larger one of two.
    usual = max(widths.values())
    width = max(size for size, count in widths.items() if count == usual)
    dialect = replace(dialect, width=width)
    if separator in WEAK_SEPARATORS and not _looks_like_titles(first[0]):
        return 0.0, dialect
    if split < total and _is_only_in_numbers(text, separator):
        return 0.0, dialect
    # Records of one width count most; the more columns, the less is it chance.
    return (0.7 * usual + 0.3 * split) / total * (1 - 1 / (width + 1)), dialect


def _first_records(text: str, dialect: Dialect, complete: bool) -> list[list[str]]:
    found = list(islice(records(io.StringIO(text, newline=""), dialect, SheetNotes()), RECORDS + 1))
    if complete or len(found) < 2:
        return found
    return found[:-1]  # the last one may be cut off


def _looks_like_titles(record: list[str]) -> bool:
    """Return whether these are several words: what a row of titles looks like."""
    return len(record) > 2 and all(any(map(str.isalpha, value)) for value in record)


def _is_only_in_numbers(text: str, separator: str) -> bool:
    """Return whether digits surround every separator: then it is a decimal comma, or part of times."""
    sign = re.escape(separator)
    return not re.search(rf"(?<!\d){sign}|{sign}(?!\d)", text)


def _quote_of(text: str, separator: str, complete: bool) -> str:
    """Return the character that values are wrapped in, "" for none."""
    edge = re.escape(separator) or _NEVER
    # A lone quote at an edge is one that is never closed.
    if re.search(rf"(?:^|{edge}) *\"", text, re.MULTILINE):
        return '"'
    begins = len(re.findall(rf"(?:^|{edge}) *'", text, re.MULTILINE))
    ends = (not complete) + len(re.findall(rf"' *(?:{edge}|\r?$)", text, re.MULTILINE))
    # Apostrophes occur in words; a few of them at edges are no quotes yet.
    is_usual = min(begins, ends) >= 3 and max(begins, ends) <= 2 * min(begins, ends)
    return "'" if is_usual else ""


def _is_spaced(text: str, separator: str, quote: str) -> bool:
    """Return whether a space follows each separator that a quote comes behind, and most of the others."""
    sign = re.escape(separator)
    if re.search(sign + quote, text):
        return False
    spaces, all_signs = len(re.findall(f"{sign} ", text)), text.count(separator)
    return bool(re.search(f"{sign} +{quote}", text)) and spaces * 10 >= all_signs * 8


def _has_escapes(text: str, separator: str, quote: str) -> bool:
    """Return whether quotes inside values have a backslash before them, and are not doubled."""
    edge = rf"{re.escape(separator)}\r\n"
    return bool(re.search(rf"\\{quote}[^{edge}]", text)) and not re.search(rf"[^{edge}]{quote * 2}[^{edge}]", text)

"""The words by which totals and notes below a table are known, and what amounts look like."""

from __future__ import annotations

import re
from functools import cache

from engine.values.languages import pattern

# A total's own words may be followed by signs, a remark in brackets or a currency.
_CLOSING = r"(?:\s*[:=*]*|\s*\([^)]*\)|\s+[A-Z]{3}|\s+[€$£¥])\s*"

AMOUNT = re.compile(
    r"[-–—]*|(?:[A-Z]{2,3}\.?\s?)?[\s(+−–-]*[€$£¥₹]?[\s(+−–-]*[0-9][0-9.,'’\s\u00a0\u202f]*[\s)%+−–-]*"
    r"(?:\s?(?:[A-Z]{3}|[€$£¥₹%]|DR|CR|[SH]))?[)−–-]*"
)


@cache
def total_candidate() -> str:
    """Return the pattern of labels that may be those of totals, as Arrow's regular expressions have it.

    The other patterns are asked of these labels only.
    """
    any_total = "|".join((pattern("grand_totals"), pattern("subtotals"), pattern("totals")))
    return rf"(?i)^[\s*=]*(?:{any_total})(?:[\s:=*(]|$)|\s{pattern('total_endings')}[\s:*]*$"


@cache
def grand_total() -> re.Pattern[str]:
    """Return the pattern of labels of a grand total, or of a total that says no more."""
    alone = rf"(?:[\s*=]*{pattern('totals')}){_CLOSING}"
    return re.compile(rf"(?i)[\s*=]*{pattern('grand_totals')}\b.*|{alone}", re.DOTALL)


@cache
def subtotal() -> re.Pattern[str]:
    """Return the pattern of labels of a subtotal: `Subtotal`, `Total for customer 4`."""
    of_a_group = rf"{pattern('totals')}[\s:]+{pattern('after_totals')}\b.*"
    return re.compile(rf"(?i)[\s*=]*(?:{pattern('subtotals')}\b.*|{of_a_group})", re.DOTALL)


@cache
def named_total() -> re.Pattern[str]:
    """Return the pattern of `Total Acme` and `Acme Total`: a total only where Acme (after, before) is a group."""
    in_front = rf"[\s*=]*{pattern('totals')}[\s:–-]+(?P<after>.+?)\s*"
    behind = rf"(?P<before>.+?)\s+{pattern('total_endings')}[\s:*]*"
    return re.compile(rf"(?i){in_front}|{behind}", re.DOTALL)


@cache
def note() -> re.Pattern[str]:
    """Return the pattern of report stamps, page numbers and counts of records."""
    month = pattern("month_starts")
    notes = (
        rf"{pattern('note_starts')}.*",
        rf".*\b{pattern('page_words')}\.?\s*[0-9]+.*",
        rf"[0-9.,]+\s+{pattern('counted_records')}\b.*",
        rf"{pattern('record_counts')}\b[^:]{{0,30}}:\s*[0-9.,]+.*",
        rf"{pattern('weekday_forms')},?\s.*[0-9]{{4}}.*",
        rf"[0-9]{{1,2}}\.?\s?{month}\w*\.?,?\s[0-9]{{4}}.*:[0-9]{{2}}.*",
        rf"{month}\w*\.?\s[0-9]{{1,2}},?\s[0-9]{{4}}.*:[0-9]{{2}}.*",
        r"[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{1,4},?[T\s]+[0-9]{1,2}:[0-9]{2}.*",
    )
    return re.compile(rf"(?i)\W*(?:{'|'.join(notes)})", re.DOTALL)

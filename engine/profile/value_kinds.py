"""Decide from a sample what kind of values a column holds; the title counts where they could be several things.

Words that mean empty and formula errors say nothing. A kind needs a clear majority of the cells, not all of
them: what does not fit is a finding.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cache

from engine.values import NotRead, countries, currencies, numbers, states
from engine.values.answer_words import means_empty, yes_or_no
from engine.values.languages import pattern

Sample = Sequence[tuple[str, int]]

_DIGIT = re.compile("[0-9]")
_INTEGER = re.compile(r"[+-]?[0-9]+")
_PERCENT = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?\s?[%％]")
_URL = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_DOMAIN = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?:/\S*)?", re.IGNORECASE)
_CODE = re.compile(r"(?=.*[0-9])[A-Za-z0-9][A-Za-z0-9._/#+-]{1,39}")
_CAPITALS = re.compile(r"[A-Z0-9][A-Z0-9._/#-]{1,19}")
_SPACED_CODE = re.compile(r"(?=(?:.*[0-9]){5})[A-Za-z0-9][A-Za-z0-9 ./-]{5,24}")
_ZIP = re.compile(r"[A-Z0-9][A-Z0-9 -]{2,9}", re.IGNORECASE)
_LETTER_ZIP = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}|[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]", re.IGNORECASE)
_ZIP_PLUS_4 = re.compile(r"[0-9]{5}-[0-9]{4}")
_GROUPED = re.compile(r"[0-9]{1,3}(?:[ .,'’][0-9]{3})+(?:[.,][0-9]+)?")
_PHONE_MARK = re.compile(r"^\+|^00|\([0-9]{2,5}\)|^[0-9]{2,4}[ .\-/][0-9]{3,4}[ .\-][0-9]{3,4}")
_NUMERIC_DATE = re.compile(
    r"(?:[0-9]{4}([-./])[0-9]{1,2}\1[0-9]{1,2}|[0-9]{1,2}([-./])[0-9]{1,2}\2(?:[0-9]{4}|[0-9]{2}))"
    r"(?P<time>[ T][0-9]{1,2}:.*)?"
)
_SERIAL = re.compile(r"[2-5][0-9]{4}(?:\.[0-9]+)?")
_SEPARATORS = re.compile(r"\s*[;|\n,]\s*")


class _Evidence:
    """Hold the sample, and answer what share of its cells a test is true of."""

    def __init__(self, sample: Sample, hints: frozenset[str], country: str) -> None:
        self.cells = [(text.strip(), times) for text, times in sample if says_something(text)]
        self.total = sum(times for _, times in self.cells)
        self.hints, self.country = hints, country

    def share(self, test: Callable[[str], object]) -> float:
        """Return the share of cells, from 0 to 1, that a test is true of."""
        return sum(times for text, times in self.cells if test(text)) / self.total

    def hinted(self, *hints: str) -> bool:
        """Return whether the title hints at one of these kinds."""
        return not self.hints.isdisjoint(hints)


@cache
def formula_error() -> re.Pattern[str]:
    """Return the pattern of what a cell holds whose formula failed, also as a mask (where 9 stands for 0)."""
    return re.compile(rf"#{pattern('formula_errors')}[!?]|Err:[0-9]{{3}}")


@cache
def _phone() -> re.Pattern[str]:
    extension = rf"(?:[ ,;]*(?:x|{pattern('extension_words')})\.? ?:?[0-9]{{1,6}})?"
    return re.compile(
        rf"(?:[A-Za-z]{{3,}}\.?: ?)?[+(]?[0-9][0-9 ().\-/\u00a0]{{5,}}[0-9]{extension}"
        r"(?:[ ,;/]+[A-Za-z]{3,}\.?: ?[+(]?[0-9][0-9 ().\-/]{5,}[0-9])*",
        re.IGNORECASE,
    )


@cache
def _named_date() -> re.Pattern[str]:
    day, month = rf"[0-9]{{1,2}}{pattern('ordinal_endings')}?", r"[^\W\d_]{3,10}\.?"
    day_first = rf"{day}[\s.-]*(?:{pattern('month_links')} )?{month}"
    year = rf"(?:{pattern('year_links')} )?(?:[0-9]{{4}}|[0-9]{{2}})"
    return re.compile(rf"(?:{day_first}|{month}\s{day})[\s.,-]*{year}(?P<time>[ T,]+[0-9]{{1,2}}:.*)?")


def says_something(text: str) -> bool:
    """Return whether a cell is neither blank nor a word for empty nor a formula error."""
    return bool(text.strip()) and not means_empty(text) and not formula_error().fullmatch(text.strip())


def kind_of(sample: Sample, hints: frozenset[str], country: str) -> str:
    """Return the kind (one of `sheet_profile.KINDS`) of a column.

    Args:
        sample: Its texts and their frequencies.
        hints: What its title says (`title_hints.says`).
        country: ISO alpha-2 of the dataset, or "".
    """
    evidence = _Evidence(sample, hints, country)
    if not evidence.total:
        return "text"
    return next((kind for kind, test in _TESTS if test(evidence)), "text")


def _is_email(evidence: _Evidence) -> bool:
    return evidence.share(looks_like_email) >= 0.6


def looks_like_email(text: str) -> bool:
    """Return whether a text is meant as one or more email addresses, right or not."""
    if "@" not in text:
        return False
    words = [word for word in re.split(r"[\s,;/|]+", text) if word]
    return "<" in text or sum("@" in word for word in words) * 2 >= len(words)


def _is_url(evidence: _Evidence) -> bool:
    clear = evidence.share(_URL.fullmatch)
    loose = evidence.share(lambda text: _URL.fullmatch(text) or _DOMAIN.fullmatch(text))
    return clear >= 0.7 or (loose >= 0.7 and (clear >= 0.2 or evidence.hinted("url")))


def _is_boolean(evidence: _Evidence) -> bool:
    if evidence.share(lambda text: yes_or_no(text) is not None) < 0.95:
        return False
    answers = {yes_or_no(text) for text, _ in evidence.cells} - {None}
    words = {text.casefold() for text, _ in evidence.cells}
    return evidence.hinted("boolean") or (len(answers) == 2 and not evidence.hinted("code", "money")) or words == {"x"}


def _date_share(evidence: _Evidence) -> tuple[float, float]:
    found = [(_date_shape(text), times) for text, times in evidence.cells]
    dates = sum(times for match, times in found if match)
    timed = sum(times for match, times in found if match and match["time"])
    return dates / evidence.total, timed / max(dates, 1)


def _date_shape(text: str) -> re.Match[str] | None:
    return _NUMERIC_DATE.fullmatch(text) or _named_date().fullmatch(text)


def _is_datetime(evidence: _Evidence) -> bool:
    dates, timed = _date_share(evidence)
    return dates >= 0.7 and timed >= 0.5


def _is_date(evidence: _Evidence) -> bool:
    dates, _ = _date_share(evidence)
    serial = evidence.share(_SERIAL.fullmatch)
    return dates >= 0.7 or (
        dates + serial >= 0.8 and (dates >= 0.2 or evidence.hinted("date")) and not _vague(evidence)
    )


def _vague(evidence: _Evidence) -> bool:
    return evidence.hinted("money", "code", "postal_code") and not evidence.hinted("date")


def _is_percent(evidence: _Evidence) -> bool:
    signed = evidence.share(_PERCENT.fullmatch)
    if signed + evidence.share(is_number) < 0.9:
        return False
    return signed >= 0.5 or (evidence.hinted("percent") and (signed > 0 or _at_most_100(evidence)))


def _at_most_100(evidence: _Evidence) -> bool:
    return evidence.share(lambda text: len(re.sub(r"[.,].*|[^0-9]", "", text)) <= 2 or text.startswith("100")) >= 0.95


def is_number(text: str) -> bool:
    """Return whether a text is a number in any notation, without a currency or percent sign."""
    return _reads(numbers.read, text, ".") or _reads(numbers.read, text, ",")


def is_amount(text: str) -> bool:
    """Return whether a text is a number with or without a currency."""
    return _reads(numbers.read_amount, text, ".") or _reads(numbers.read_amount, text, ",")


def _reads(read: Callable[[str, str], object], text: str, decimal: str) -> bool:
    if not _DIGIT.search(text):
        return False
    try:
        read(text, decimal)
    except NotRead:
        return False
    return True


def _has_currency(text: str) -> bool:
    words = re.findall(r"[^\s0-9.,'’()+\-\u00a0]+", text)
    return bool(words) and all(currencies.possible(word) for word in words) and is_amount(text)


def _is_money(evidence: _Evidence) -> bool:
    if evidence.share(is_amount) < 0.9:
        return False
    marked = evidence.share(_has_currency)
    return marked >= 0.1 or (evidence.hinted("money") and not _zeros_in_front(evidence))


def _is_phone(evidence: _Evidence) -> bool:
    if evidence.share(_is_phone_number) < 0.7:
        return False
    return evidence.hinted("phone") or evidence.share(_clearly_phone) >= 0.5


def _is_phone_number(text: str) -> bool:
    return bool(_phone().fullmatch(text)) and sum(map(str.isdigit, text)) >= 7


def _clearly_phone(text: str) -> bool:
    if _GROUPED.fullmatch(text) or _NUMERIC_DATE.fullmatch(text):
        return False
    return bool(_PHONE_MARK.search(text)) and 9 <= sum(map(str.isdigit, text)) <= 30


def _is_country(evidence: _Evidence) -> bool:
    if not _could_be_names(evidence) or (evidence.hinted("state") and not evidence.hinted("country")):
        return False
    share = evidence.share(countries.iso_code)
    return share >= 0.8 or (share >= 0.4 and evidence.hinted("country"))


def _is_state(evidence: _Evidence) -> bool:
    if not _could_be_names(evidence):
        return False
    known = evidence.share(lambda text: states.code(text, evidence.country or "US"))
    return known >= (0.5 if evidence.hinted("state") else 0.95) and not evidence.hinted("name", "person")


def _could_be_names(evidence: _Evidence) -> bool:
    """Return whether there are few short names of letters: worth asking the lists of countries and states."""
    if evidence.hinted("boolean", "code", "money", "date", "email"):
        return False
    return (
        len(evidence.cells) <= 250
        and evidence.share(lambda text: len(text) <= 45 and not re.search("[0-9@]", text)) >= 0.9
    )


def _is_postal_code(evidence: _Evidence) -> bool:
    if evidence.hinted("postal_code"):
        return evidence.share(lambda text: _ZIP.fullmatch(text) and re.search("[0-9]", text)) >= 0.7
    lettered = evidence.share(_LETTER_ZIP.fullmatch)
    plus_4 = evidence.share(_ZIP_PLUS_4.fullmatch)
    plain = evidence.share(re.compile("[0-9]{5}").fullmatch)
    return lettered >= 0.8 or (plus_4 >= 0.05 and plus_4 + plain >= 0.9)


def _zeros_in_front(evidence: _Evidence) -> bool:
    return evidence.share(lambda text: re.match("0[0-9]", text)) > 0


def _is_number(evidence: _Evidence) -> bool:
    if evidence.share(is_number) < 0.9 or _zeros_in_front(evidence):
        return False
    whole = evidence.share(_INTEGER.fullmatch) >= 0.95
    return not (whole and (evidence.hinted("code", "barcode", "vat", "phone") or _long_and_even(evidence)))


def _long_and_even(evidence: _Evidence) -> bool:
    """Return whether there are whole numbers of one length, too long to be amounts: article numbers, barcodes."""
    lengths = {len(text) for text, _ in evidence.cells}
    return len(evidence.cells) > 1 and len(lengths) == 1 and lengths.pop() >= 8


def _is_code(evidence: _Evidence) -> bool:
    coded = evidence.share(_CODE.fullmatch)
    if coded >= 0.9:
        return True
    if evidence.hinted("vat", "barcode", "code"):
        spaced = evidence.share(lambda text: _CODE.fullmatch(text) or _SPACED_CODE.fullmatch(text))
        return spaced >= 0.8 or evidence.share(_CAPITALS.fullmatch) >= 0.9
    return False


def _is_list(evidence: _Evidence) -> bool:
    """Return whether there are several short values in a cell, and each of them in other cells again."""
    several = [(text, times) for text, times in evidence.cells if len(_parts(text)) > 1]
    if len(several) < 2 or len(several) < 0.2 * len(evidence.cells):
        return False
    met: Counter[str] = Counter()
    for text, times in several:
        # The same "Smith, John" in ten rows is one name; the same "VIP; New" in ten rows is a list.
        met.update(dict.fromkeys(map(str.casefold, _parts(text)), times if re.search("[;|]", text) else 1))
    known = sum(all(met[part.casefold()] > 1 for part in _parts(text)) for text, _ in several)
    return max(map(len, met)) <= 40 and known >= 0.6 * len(several)


def _parts(text: str) -> list[str]:
    return [part for part in _SEPARATORS.split(text) if part]


_TESTS: Iterable[tuple[str, Callable[[_Evidence], bool]]] = (
    ("email", _is_email), ("url", _is_url), ("boolean", _is_boolean), ("datetime", _is_datetime),
    ("date", _is_date), ("phone", _is_phone), ("postal_code", _is_postal_code), ("percent", _is_percent),
    ("money", _is_money), ("number", _is_number), ("state", _is_state), ("country", _is_country),
    ("code", _is_code), ("list", _is_list),
)  # fmt: skip

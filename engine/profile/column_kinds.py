"""Decide what kind of values a column holds: from its title, a sample of its values and the columns beside it.

The title counts where values could be several things, and it has the last word where it says that they are another:
Hamburg is a state, but none under a title that says city.

Words that mean empty and formula errors say nothing. A kind needs a clear majority of the cells, not all of them: what
does not fit is a finding.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from operator import itemgetter

from engine.values import NotRead, countries, currencies, months, numbers, states
from engine.values.languages import pattern
from engine.values.yes_no_words import means_empty, yes_or_no

MOST_PLACES = 250  # different names; there are no more countries, and no country has as many states
LONGEST_MEMBER = 40  # characters of one value in a list; sentences with commas are longer
LONGEST_CODE = 3  # letters of a country's or a state's code
FEWEST_CODES = 3  # different ones that show what they are without a title
SHORTEST_VAT = 8  # letters and digits of a VAT number or a barcode
LONGEST_PLACE = 45  # characters: "South Georgia and the South Sandwich Islands" has 44

Sample = Sequence[tuple[str, int]]

_DIGIT = re.compile("[0-9]")
_INTEGER = re.compile(r"[+-]?[0-9]+")
_PERCENT = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?\s?[%％]")
# What has a scheme or www is an address for certain; names of domains alone may be anything with a point in it.
_URL = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_DOMAIN = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?:/\S*)?", re.IGNORECASE)
# One word with a digit in it; in capitals it may do without; with spaces it needs five digits, unlike a street.
_CODE = re.compile(r"(?=.*[0-9])[A-Za-z0-9][A-Za-z0-9._/#+-]{1,39}")
_CAPITALS = re.compile(r"[A-Z0-9][A-Z0-9._/#-]{1,19}")
_SPACED_CODE = re.compile(r"(?=(?:.*[0-9]){5})[A-Za-z0-9][A-Za-z0-9 ./-]{5,24}")
# Any postal code, for columns whose title says so; then those of Britain, Canada and the United States alone.
_ZIP = re.compile(r"[A-Z0-9][A-Z0-9 -]{2,9}", re.IGNORECASE)
_LETTER_ZIP = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}|[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]", re.IGNORECASE)
_ZIP_PLUS_4 = re.compile(r"[0-9]{5}-[0-9]{4}")
_GROUPED = re.compile(r"[0-9]{1,3}(?:[ .,'’][0-9]{3})+(?:[.,][0-9]+)?")
# What phone numbers have and amounts have not: a +, two zeros, brackets, groups of unequal length.
_PHONE_MARK = re.compile(r"^\+|^00|\([0-9]{2,5}\)|^[0-9]{2,4}[ .\-/][0-9]{3,4}[ .\-][0-9]{3,4}")
_NUMERIC_DATE = re.compile(
    r"(?:[0-9]{4}([-./])[0-9]{1,2}\1[0-9]{1,2}|[0-9]{1,2}([-./])[0-9]{1,2}\2(?:[0-9]{4}|[0-9]{2}))"
    r"(?P<time>[ T][0-9]{1,2}:.*)?"
)
# Days since 1900 from 1954 to 2064, the range in which dates of a business lie.
_SERIAL = re.compile(r"[2-5][0-9]{4}(?:\.[0-9]+)?")
_COMPACT_DATE = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")
_SEPARATORS = re.compile(r"\s*[;|\n,]\s*")


# What a title may say that speaks against a kind, however well the values would fit; a title that names the kind
# itself beside it is believed. What is clear by its form (an email address) needs no such list.
_THINGS = frozenset([
    "language", "unit", "currency", "city", "choice", "text", "code", "quantity", "name", "person", "email", "phone",
    "url", "value", "money", "percent", "date", "boolean", "vat", "barcode", "postal_code",
])  # fmt: skip
_AGAINST: Mapping[str, frozenset[str]] = {
    "country": _THINGS | {"state"},
    "state": _THINGS | {"country"},
    "boolean": frozenset([
        "language", "unit", "currency", "city", "code", "quantity", "money", "percent", "country", "state",
        "postal_code", "vat", "barcode",
    ]),
    "date": frozenset(["identifier", "vat", "barcode", "phone", "postal_code", "unit", "quantity", "money", "percent"]),
    "phone": frozenset(["code", "vat", "barcode", "money", "date", "postal_code", "quantity", "unit"]),
    "list": frozenset(["text", "name", "person"]),
    "postal_code": frozenset(["code", "vat", "barcode", "name", "person", "money", "phone", "date", "quantity"]),
}  # fmt: skip


class _Evidence:
    """Hold the sample, and answer what share of its cells a test is true of."""

    def __init__(self, sample: Sample, hints: frozenset[str], country: str) -> None:
        self.cells = [(text.strip(), times) for text, times in sample if says_something(text)]
        self.total = sum(map(itemgetter(1), self.cells))
        self.hints, self.country = hints, country

    def share(self, test: Callable[[str], object]) -> float:
        """Return the share of cells, from 0 to 1, that a test is true of."""
        passed = 0
        for text, times in self.cells:
            if test(text):
                passed += times
        return passed / self.total

    def hinted(self, *hints: str) -> bool:
        """Return whether the title hints at one of these kinds."""
        return not self.hints.isdisjoint(hints)

    def denied(self, kind: str) -> bool:
        """Return whether the title says that the values are something else than this kind."""
        return kind not in self.hints and not self.hints.isdisjoint(_AGAINST[kind])


@cache
def formula_error() -> re.Pattern[str]:
    """Return the pattern of what a cell holds whose formula failed, also as a mask (where 9 replaces 0)."""
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
    day, month = rf"[0-9]{{1,2}}{pattern('ordinal_endings')}?", r"[^\W\d_]{3,10}"
    day_first = rf"{day}[\s.-]*(?:{pattern('month_links')} )?(?P<first>{month})\.?"
    year = rf"(?:{pattern('year_links')} )?(?:[0-9]{{4}}|[0-9]{{2}})"
    month_first = rf"(?P<second>{month})\.?\s{day}"
    return re.compile(rf"(?:{day_first}|{month_first})[\s.,-]*{year}(?P<time>[ T,]+[0-9]{{1,2}}:.*)?")


def says_something(text: str) -> bool:
    """Return whether a cell is neither blank nor a word for empty nor a formula error."""
    return bool(text.strip()) and not means_empty(text) and not formula_error().fullmatch(text.strip())


def kind_of(sample: Sample, hints: frozenset[str], country: str) -> str:
    """Return the kind (one of `sheet_profile.KINDS`) of a column.

    Args:
        sample: Its texts and their frequencies.
        hints: What its title says (`title_hints.hints_of`).
        country: ISO alpha-2 of the dataset, or "".
    """
    evidence = _Evidence(sample, hints, country)
    if not evidence.total:
        return "text"
    for kind, test in _TESTS:
        if test(evidence):
            return kind
    return "text"


def _is_email(evidence: _Evidence) -> bool:
    return evidence.share(looks_like_email) >= 0.6


def looks_like_email(text: str) -> bool:
    """Return whether a text is meant as one or more email addresses, right or not."""
    if "@" not in text:
        return False
    if "<" in text:  # Ann Smith <ann@example.com>
        return True
    words = re.findall(r"[^\s,;/|]+", text)
    addresses = [word for word in words if "@" in word]
    return len(addresses) * 2 >= len(words)


def _is_url(evidence: _Evidence) -> bool:
    clear = evidence.share(_URL.fullmatch)
    loose = evidence.share(_is_web_address)
    # `Booking.com` in a column of names is no address: a few clear ones, or the title, have to say so.
    return clear >= 0.7 or (loose >= 0.7 and (clear >= 0.2 or evidence.hinted("url")))


def _is_web_address(text: str) -> bool:
    return bool(_URL.fullmatch(text) or _DOMAIN.fullmatch(text))


def _is_boolean(evidence: _Evidence) -> bool:
    if evidence.share(_says_yes_or_no) < 0.95 or evidence.denied("boolean"):
        return False
    if evidence.hinted("boolean"):
        return True
    texts = [text for text, _ in evidence.cells]
    if len(set(map(yes_or_no, texts)) - {None}) == 2:
        return True
    # A column of crosses says yes where there is one, and so does a whole word; any other sign may be anything.
    words = set(map(str.casefold, texts))
    return words == {"x"} or all(len(word) > 1 and word.isalpha() for word in words)


def _says_yes_or_no(text: str) -> bool:
    return yes_or_no(text) is not None


def _date_share(evidence: _Evidence) -> tuple[float, float]:
    """Return the share of cells that look like dates, and what share of these has a time of day."""
    dates = timed = 0
    for text, times in evidence.cells:
        found = _NUMERIC_DATE.fullmatch(text) or _with_month(text)
        if found:
            dates += times
            if found["time"]:
                timed += times
    return dates / evidence.total, timed / max(dates, 1)


def _with_month(text: str) -> re.Match[str] | None:
    """Return the match of a date with the name of a month; `Printer 3000` only looks like one."""
    found = _named_date().fullmatch(text)
    if found and months.month(found["first"] or found["second"]):
        return found
    return None


def _is_datetime(evidence: _Evidence) -> bool:
    if evidence.denied("date"):
        return False
    dates, timed = _date_share(evidence)
    return dates >= 0.7 and timed >= 0.5


def _is_date(evidence: _Evidence) -> bool:
    if evidence.denied("date"):
        return False
    dates, _ = _date_share(evidence)
    serial = evidence.share(_SERIAL.fullmatch)
    if dates >= 0.7:
        return True
    if evidence.hinted("date", "birth") and evidence.share(_COMPACT_DATE.fullmatch) >= 0.8:
        return True
    # Numbers of five digits are dates only beside dates or under a title that says so.
    supported = dates >= 0.2 or evidence.hinted("date")
    return dates + serial >= 0.8 and supported and not _vague(evidence)


def _vague(evidence: _Evidence) -> bool:
    """Return whether the title shows that numbers of five digits are no dates."""
    return evidence.hinted("money", "code", "postal_code") and not evidence.hinted("date")


def _is_percent(evidence: _Evidence) -> bool:
    signed = evidence.share(_PERCENT.fullmatch)
    if signed + evidence.share(is_number) < 0.9:
        return False
    return signed >= 0.5 or (evidence.hinted("percent") and (signed > 0 or _at_most_100(evidence)))


def _at_most_100(evidence: _Evidence) -> bool:
    return evidence.share(_has_two_digits_or_is_100) >= 0.95


def _has_two_digits_or_is_100(text: str) -> bool:
    whole = re.sub(r"[.,].*|[^0-9]", "", text)
    return len(whole) <= 2 or text.startswith("100")


def is_number(text: str) -> bool:
    """Return whether a text is a number in any notation, without a currency or percent sign."""
    return _reads(numbers.read, text, ".") or _reads(numbers.read, text, ",")


def is_amount(text: str) -> bool:
    """Return whether a text is a number with or without a currency."""
    return _reads(numbers.read_amount, text, ".") or _reads(numbers.read_amount, text, ",")


def _reads(read: Callable[[str, str], object], text: str, decimal: str) -> bool:
    if not _DIGIT.search(text):  # spares the readers most texts
        return False
    try:
        read(text, decimal)
    except NotRead:
        return False
    return True


def _has_currency(text: str) -> bool:
    words = re.findall(r"[^\s0-9.,'’()+\-\u00a0]+", text)
    return bool(words) and all(map(currencies.possible, words)) and is_amount(text)


def _is_money(evidence: _Evidence) -> bool:
    if _numbers_of_things(evidence) or evidence.share(is_amount) < 0.9:
        return False
    marked = evidence.share(_has_currency)
    return marked >= 0.1 or (evidence.hinted("money") and not _zeros_in_front(evidence))


def _is_phone(evidence: _Evidence) -> bool:
    if evidence.denied("phone") or evidence.share(_is_phone_number) < 0.7:
        return False
    return evidence.hinted("phone") or evidence.share(_clearly_phone) >= 0.5


def _is_phone_number(text: str) -> bool:
    # Local numbers in North America have seven digits; most shorter ones are extensions.
    return bool(_phone().fullmatch(text)) and sum(map(str.isdigit, text)) >= 7


def _clearly_phone(text: str) -> bool:
    """Return whether a text is a phone number without any hint: no number with thousands, no date."""
    if _GROUPED.fullmatch(text) or _NUMERIC_DATE.fullmatch(text):
        return False
    return bool(_PHONE_MARK.search(text)) and 9 <= sum(map(str.isdigit, text)) <= 30


def _is_country(evidence: _Evidence) -> bool:
    if evidence.denied("country") or not _could_be_names(evidence):
        return False
    if evidence.hinted("country"):
        return evidence.share(countries.address_code) >= 0.4
    share = evidence.share(countries.iso_code)
    return share >= 0.8 and _tells_by_itself(evidence, countries.iso_code)


def _is_state(evidence: _Evidence) -> bool:
    if evidence.denied("state") or not _could_be_names(evidence):
        return False
    country = evidence.country or "US"

    def is_known(text: str) -> bool:
        return bool(states.code(text, country))

    known = evidence.share(is_known)
    # A title such as Estado may mean a status as well: then the values have to say it too.
    if evidence.hinted("state") and evidence.hinted("choice"):
        return known >= 0.8 and _tells_by_itself(evidence, is_known)
    if evidence.hinted("state"):
        return known >= 0.5
    # Many cities bear the name of their state, so without a title only codes count.
    codes = evidence.share(_is_capital_code)
    return known >= 0.95 and codes >= 0.95 and len(evidence.cells) >= FEWEST_CODES


def _tells_by_itself(evidence: _Evidence, read: Callable[[str], object]) -> bool:
    """Return whether values are what `read` takes them for though no title says so: names, or several codes."""
    known = [text for text, _ in evidence.cells if read(text)]
    names = [text for text in known if len(text) > LONGEST_CODE]
    codes = [text for text in known if _is_capital_code(text)]
    return len(names) * 2 > len(known) or (len(codes) == len(known) >= FEWEST_CODES)


def _is_capital_code(text: str) -> bool:
    """Return whether a text is a code of two or three capitals."""
    return bool(re.fullmatch("[A-Z]{2,3}", text))


def _could_be_names(evidence: _Evidence) -> bool:
    """Return whether there are few short names of letters: worth asking the lists of countries and states."""
    return len(evidence.cells) <= MOST_PLACES and evidence.share(_could_be_name) >= 0.9


def _could_be_name(text: str) -> bool:
    return len(text) <= LONGEST_PLACE and not re.search("[0-9@]", text)


def _is_postal_code(evidence: _Evidence) -> bool:
    if evidence.hinted("postal_code"):
        return evidence.share(_could_be_zip) >= 0.7
    if evidence.denied("postal_code"):
        return False
    lettered = evidence.share(_LETTER_ZIP.fullmatch)
    plus_4 = evidence.share(_ZIP_PLUS_4.fullmatch)
    plain = evidence.share(re.compile("[0-9]{5}").fullmatch)
    # Five digits alone may be anything; a few `12345-6789` among them are enough.
    return lettered >= 0.8 or (plus_4 >= 0.05 and plus_4 + plain >= 0.9)


def _could_be_zip(text: str) -> bool:
    return bool(_ZIP.fullmatch(text) and _DIGIT.search(text))


def _zeros_in_front(evidence: _Evidence) -> bool:
    return evidence.share(re.compile("0[0-9]").match) > 0


def _is_number(evidence: _Evidence) -> bool:
    if _numbers_of_things(evidence) or evidence.share(is_number) < 0.9 or _zeros_in_front(evidence):
        return False
    # Numbers with decimals are amounts whatever the title says; whole ones, and those of a list (1.9, 1.10), may be
    # numbers of things.
    if evidence.hinted("code") and _counts_on(evidence):
        return False
    whole = evidence.share(_INTEGER.fullmatch) >= 0.95
    return not (whole and (evidence.hinted("code", "barcode", "vat", "phone") or _long_and_even(evidence)))


def _numbers_of_things(evidence: _Evidence) -> bool:
    """Return whether the title says VAT number or barcode and the values are as long: ESB96853106 is no amount."""
    if not evidence.hinted("vat", "barcode") or evidence.hinted("money", "percent", "value"):
        return False
    return evidence.share(_is_long) >= 0.5


def _is_long(text: str) -> bool:
    return sum(map(str.isalnum, text)) >= SHORTEST_VAT


def _counts_on(evidence: _Evidence) -> bool:
    """Return whether what stands behind the point are numbers of their own: 1.9 and 1.10, of different length."""
    behind = [text.rpartition(".")[2] for text, _ in evidence.cells if "." in text]
    lengths = set(map(len, behind))
    return len(lengths) > 1 and any(part.endswith("0") and len(part) == max(lengths) for part in behind)


def _long_and_even(evidence: _Evidence) -> bool:
    """Return whether there are whole numbers of one length, too long to be amounts: article numbers, barcodes."""
    lengths = {len(text) for text, _ in evidence.cells}
    return len(evidence.cells) > 1 and len(lengths) == 1 and lengths.pop() >= 8


def _is_code(evidence: _Evidence) -> bool:
    coded = evidence.share(_CODE.fullmatch)
    if coded >= 0.9:
        return True
    if evidence.hinted("vat", "barcode", "code"):
        spaced = evidence.share(_is_code_with_spaces)
        return spaced >= 0.8 or evidence.share(_CAPITALS.fullmatch) >= 0.9
    return False


def _is_code_with_spaces(text: str) -> bool:
    return bool(_CODE.fullmatch(text) or _SPACED_CODE.fullmatch(text))


def _is_list(evidence: _Evidence) -> bool:
    """Return whether there are several short values in a cell, and each of them in other cells again."""
    if evidence.denied("list"):
        return False
    several = [(text, times) for text, times in evidence.cells if len(_parts(text)) > 1]
    if len(several) < 2 or len(several) < 0.2 * len(evidence.cells):
        return False
    members: Counter[str] = Counter()
    for text, times in several:
        # The same "Smith, John" in ten rows is one name; the same "VIP; New" in ten rows is a list.
        if not re.search("[;|]", text):
            times = 1
        members.update(dict.fromkeys(_parts(text), times))
    again = 0
    for text, _ in several:
        if min(map(members.__getitem__, _parts(text))) > 1:
            again += 1
    return max(map(len, members)) <= LONGEST_MEMBER and again >= 0.6 * len(several)


def _parts(text: str) -> list[str]:
    """Return the members of a list; capitals make no difference."""
    return list(filter(None, _SEPARATORS.split(text.casefold())))


# The first that is true decides: what is clear by its form comes before what needs a hint, and codes, which
# nearly everything resembles, come late.
_TESTS: Iterable[tuple[str, Callable[[_Evidence], bool]]] = (
    ("email", _is_email), ("url", _is_url), ("boolean", _is_boolean), ("datetime", _is_datetime),
    ("date", _is_date), ("phone", _is_phone), ("postal_code", _is_postal_code), ("percent", _is_percent),
    ("money", _is_money), ("number", _is_number), ("state", _is_state), ("country", _is_country),
    ("code", _is_code), ("list", _is_list),
)  # fmt: skip

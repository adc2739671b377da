"""Steps on phone numbers: write them internationally, separate several in one cell."""

from __future__ import annotations

import re
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from engine.steps.reading_step import COUNTRY, COUNTRY_COLUMN, by_row, merged, named_country
from engine.steps.step import ColumnStep, Context, Example, Outcome
from engine.steps.step_parameters import Param
from engine.values import NotRead, phones
from engine.values.languages import pattern

_FEWEST_DIGITS = 6  # local numbers are hardly ever shorter; what is shorter is an extension or a year


class PhoneNormalize(ColumnStep):
    """Write E.164 for every possible number, as the library phonenumbers reads it.

    An extension goes to `extension_to`; without that column a number with an extension stays, since it would be lost.
    """

    slug = "phone_normalize"
    label = "Write phone numbers internationally"
    help = "Writes phone numbers the international way, such as +14155552671."
    group = "contact"
    writes = "phone"
    safe = True
    params = (
        COUNTRY,
        COUNTRY_COLUMN,
        Param("extension_to", "new_column", "New column for extensions"),
    )
    examples = (
        Example(
            ("(415) 555-2671 x204", "415.555.2671", "+15551234567", "555-1234", "12", ""),
            ("+14155552671", "+14155552671", "+15551234567", "555-1234", "12", ""),
            {"country": "US", "extension_to": "Extension"},
            (3, 4),
            added={"Extension": ("204", "", "", "", "", "")},
        ),
        Example(("(415) 555-2671 x204",), ("(415) 555-2671 x204",), {"country": "US"}, (0,)),
        Example(("+49 (0)30 901820", "030 901820"), ("+4930901820", "+4930901820"), {"country": "DE"}),
        Example(
            ("0032 2 555 12 12", "020 7946 0958", "030 901820", "030 901820"),
            ("+3225551212", "+442079460958", "+4930901820", "030 901820"),
            {"country": "BE", "country_column": "Country"},
            (3,),
            {"Country": ("", "UK", "Deutschland", "Atlantis")},
        ),
    )
    country: str | None
    country_column: str | None
    extension_to: str | None

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        """Convert the rows of one country after another, each as a whole column."""
        default = self.country or context.country
        if not self.country_column:
            return self._of_one_country(values, default)
        # A column has few countries, so each name is looked up once.
        named = context.others[self.country_column].dictionary_encode()
        codes = [named_country(text, default) for text in named.dictionary.to_pylist()]
        countries = pa.array(codes, pa.string()).take(named.indices)
        parts = []
        for code in dict.fromkeys(codes):
            mask = pc.equal(countries, code)
            parts.append((mask, self._of_one_country(values.filter(mask), code)))
        return merged(values, parts, self._titles())

    def _titles(self) -> list[str]:
        return list(filter(None, [self.extension_to]))

    def _of_one_country(self, values: pa.Array, country: str) -> Outcome:
        numbers = pa.array(phones.e164_all(values.to_pylist(), country), pa.string())
        # What has no common form, blank cells among them: few enough to look for equal ones and for reasons.
        uncommon = pc.equal(numbers, "")
        rest = by_row([values.filter(uncommon)], lambda text: self._read(text, country), self._titles())
        return merged(numbers, [(uncommon, rest)], self._titles())

    def _read(self, text: str, country: str) -> tuple[str, ...]:
        number, extension = phones.e164(text, country)
        if extension and not self.extension_to:
            raise NotRead(f"its extension {extension} needs a column of its own")
        if not number.startswith("+1") and phones.spelled(text):  # only there are numbers spelled out
            raise NotRead("there are words in it")
        if phones.e164(number, country).number != number:  # +49 000…: each reading takes a 0 away
            raise NotRead("it has too many zeros for a phone number")
        if not self.extension_to:
            return (number,)
        return number, extension


class PhoneSplit(ColumnStep):
    """Keep the first number and move the others to columns of their own, `;` between them.

    Mobile numbers go to `mobile_to`, where one is given, the rest with what they are called to `rest_to`.
    """

    slug = "phone_split"
    label = "Separate several phone numbers"
    help = "Keeps the first of several phone numbers in the cell and moves the others to a new column."
    group = "contact"
    writes = "phone"
    phase = "parts"
    params = (
        Param("rest_to", "new_column", "New column for the others", default="Other phones"),
        Param("mobile_to", "new_column", "New column for mobile numbers"),
    )
    examples = (
        Example(
            ("Phone:(312) 418-9537 Mobile:7133611856", "030 901820 / 0171 1234567", "06131 / 123456", "", "x; y"),
            ("(312) 418-9537", "030 901820", "06131 / 123456", "", "x; y"),
            {},
            (4,),
            added={"Other phones": ("Mobile:7133611856", "0171 1234567", "", "", "")},
        ),
        Example(
            ("Phone:(312) 418-9537 Mobile:7133611856", "+32 2 555 12 12; Fax: +32 2 555 12 13"),
            ("(312) 418-9537", "+32 2 555 12 12"),
            {"mobile_to": "Mobile"},
            added={"Other phones": ("", "Fax: +32 2 555 12 13"), "Mobile": ("7133611856", "")},
        ),
    )
    rest_to: str
    mobile_to: str | None

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        """Split each distinct cell once."""
        titles = filter(None, [self.rest_to, self.mobile_to])
        return by_row([values], self._split, list(titles))

    def _split(self, text: str) -> tuple[str, ...]:
        parts = _numbers_in(text)
        if not self.mobile_to:
            return _without_label(parts[0]), ";".join(parts[1:])
        mobiles, others = _mobiles_apart(parts)
        # A cell of mobile numbers alone keeps the first of them, label and all.
        if not others:
            others = [mobiles.pop(0)]
        return _without_label(others[0]), ";".join(others[1:]), ";".join(map(_number, mobiles))


def _numbers_in(text: str) -> list[str]:
    """Return the numbers of a cell with what they are called; the text as it is where there is only one.

    Raises:
        NotRead: there are several parts, and one of them has too few digits for a phone number.
    """
    stripped = [part.strip(" ,") for part in _separators().split(text)]
    parts = list(filter(None, stripped))
    if len(parts) > 1:
        for part in parts:
            if sum(map(str.isdigit, part)) < _FEWEST_DIGITS:
                raise NotRead(f"'{part}' in it is not a phone number")
    if len(parts) < 2 and not _labelled().fullmatch(text.strip()):
        return [text]
    return parts


def _mobiles_apart(parts: list[str]) -> tuple[list[str], list[str]]:
    """Return the numbers that are called mobile, and the others."""
    mobiles, others = list[str](), list[str]()
    for part in parts:
        if _mobile().match(part):
            mobiles.append(part)
        else:
            others.append(part)
    return mobiles, others


def _without_label(part: str) -> str:
    """Return a number without a label that says no more than that it is a phone; `Fax:` and `Mobile:` stay."""
    if _special().match(part):
        return part
    return _number(part)


# Patterns of the words of all languages: reading those takes a moment, so only who needs them waits, and once.
@cache
def _separators() -> re.Pattern[str]:
    """Return the pattern of what parts several numbers of a cell: a sign, a word, the label of the next number."""
    return re.compile(
        rf"[;|\n\r]+|,(?=[^,]*[0-9]{{3}})|\s+(?:{pattern('between_phones')}|&)\s+|\s+/\s+(?=[+(0])"
        rf"|\s+(?={pattern('phone_labels')}\b\.?\s*:?\s*[+(0-9])",
        re.IGNORECASE,
    )


@cache
def _labelled() -> re.Pattern[str]:
    return re.compile(rf"({pattern('phone_labels')})\b\.?\s*:?\s*(?=[+(0-9])(.*)", re.IGNORECASE | re.DOTALL)


@cache
def _mobile() -> re.Pattern[str]:
    return re.compile(pattern("mobile_labels"), re.IGNORECASE)


@cache
def _special() -> re.Pattern[str]:
    """Return the pattern of labels that say more than that it is a phone."""
    return re.compile(f"{pattern('mobile_labels')}|{pattern('fax_labels')}", re.IGNORECASE)


def _number(part: str) -> str:
    """Return the number behind any label."""
    labelled = _labelled().fullmatch(part)
    if not labelled:
        return part
    return labelled[2]


STEPS = (PhoneNormalize, PhoneSplit)

"""Phone numbers to E.164, exactly as the library phonenumbers reads them, at a tenth of its time.

A number of a common form (digits and plain punctuation) is decided by its digits alone, with the dialling rules that
the library carries as metadata for each country. Everything else goes to the library itself.

The functions on bare digits repeat what `phonenumbers.parse` and `is_possible_number_with_reason` do with a number
whose punctuation means nothing, in the same order (phonenumberutil: parse, _maybe_extract_country_code,
_maybe_strip_national_prefix_carrier_code, _test_number_length). A test compares them on many thousands of texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cache
from typing import NamedTuple

import phonenumbers
from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    SUPPORTED_REGIONS,
    NumberParseException,
    PhoneMetadata,
    PhoneNumberDesc,
    PhoneNumberFormat,
    ValidationResult,
    region_code_for_country_code,
)

from engine.values import NotRead

# How people write a number abroad where a + belongs, whatever is dialled in their country; also for whole columns.
LEADS_ABROAD = r"^\s*\(?00[ )./-]*"
_ABROAD = re.compile(LEADS_ABROAD + "(?=[1-9])")
_PUNCTUATION = str.maketrans("", "", " ().-/")
_EXTENSION = re.compile(r"(.*[0-9)]) *(?:x|ext[.:]?|#) *([0-9]{1,7})", re.IGNORECASE)
_LABELLED_EXTENSION = re.compile(r"(?:;ext=|e?xt(?:ensi[oó]n?)?|int|anexo)[:. ,-]*[0-9]+\W*$", re.IGNORECASE)
_LONGEST_TEXT = 60  # characters; what is longer goes to the library, which has limits of its own
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_DIGIT_RUN = re.compile(r"[0-9]{3,}|[0-9]")
_SPELLED = re.compile(r"[0-9].*[A-Za-z]{3}", re.DOTALL)

_SHORTEST, _LONGEST = 2, 17  # digits of a national number, as in phonenumberutil
_GROUP = re.compile(r"(?<!\\)\((?!\?)")
_PLAIN_PREFIX = re.compile(r"[0-9](?:[0-9]|\[[0-9]+\])*")
_NEVER = "(?!)"  # a pattern that matches nothing

# The library takes a national prefix away only where what is left is not judged in one of these ways.
_KEEPS_PREFIX = frozenset(
    [ValidationResult.TOO_SHORT, ValidationResult.IS_POSSIBLE_LOCAL_ONLY, ValidationResult.INVALID_LENGTH]
)
_WHY = {
    ValidationResult.TOO_SHORT: "it is too short for a phone number",
    ValidationResult.TOO_LONG: "it is too long for a phone number",
    ValidationResult.INVALID_LENGTH: "it has the wrong number of digits for a phone number",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "the area code is missing",
    ValidationResult.INVALID_COUNTRY_CODE: "its country code does not exist",
}
_WHY_UNREAD = {
    NumberParseException.INVALID_COUNTRY_CODE: "its country is not known",
    NumberParseException.NOT_A_NUMBER: "it is not a phone number",
    NumberParseException.TOO_SHORT_AFTER_IDD: "it is too short for a phone number",
    NumberParseException.TOO_SHORT_NSN: "it is too short for a phone number",
    NumberParseException.TOO_LONG: "it is too long for a phone number",
}


class Phone(NamedTuple):
    """Hold a number in E.164 (`+14155552671`) and the digits of its extension, "" where it has none."""

    number: str
    extension: str


def international(text: str, country: str) -> str:
    """Return a number with + in front where its 00 (or 011, 0011) can only mean that, else the text as it is.

    Countries have signs of their own to dial abroad (0011 in Australia), and people abroad write 00 all the same. The
    library takes such a number for a local one; it is none where only the international reading is in use.
    """
    abroad = _ABROAD.match(text)
    if not abroad or _in_use(text, country):
        return text
    with_plus = f"+{text[abroad.end() :]}"
    if _in_use(with_plus, ""):
        return with_plus
    return text


def trunk_prefix(country: str) -> str:
    """Return what national numbers of a country begin with when they are written out (0 in GB), "" for nothing."""
    metadata = PhoneMetadata.metadata_for_region(country, None)
    prefix = metadata.national_prefix if metadata is not None else None
    # Elsewhere (1 in North America, 8 in Russia) it is dialled and hardly ever written.
    return "0" if prefix == "0" else ""


def dials_zeros(country: str) -> bool:
    """Return whether 00 is how a country dials abroad."""
    metadata = PhoneMetadata.metadata_for_region(country, None)
    prefix = metadata.international_prefix if metadata is not None else None
    return bool(prefix and re.fullmatch(prefix, "00"))


def _in_use(text: str, country: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, country or None))
    except NumberParseException:
        return False


def e164(text: str, country: str = "") -> Phone:
    """Return the number that a text means: `(415) 555-2671 x204` in "US" -> ("+14155552671", "204").

    A number need not be in use, but possible (`+15551234567` is).

    Args:
        text: One phone number as somebody typed it.
        country: The ISO alpha-2 code that a number without a country code is taken to belong to; with "" only numbers
            that start with + are read.

    Raises:
        NotRead: it is no possible number, or one that can only be dialled locally (`555-1234`).
    """
    home = country.upper()
    digits = text.translate(_PUNCTUATION)
    common = _common_forms(home).fullmatch(digits)
    if common:
        return Phone(_calling_code(home) + common[common.lastindex or 0], "")
    return _uncommon(text, digits, home)


def e164_all(texts: Sequence[str], country: str = "") -> list[str]:
    """Return `e164(text, country).number` of the texts that are of a common form without extension, else "".

    `e164` has to be asked about those for which "" is returned. This is twice as fast as asking it for each.
    """
    forms, code = _common_forms(country.upper()).fullmatch, _calling_code(country.upper())
    lines = "\n".join(texts).translate(_PUNCTUATION).split("\n")
    if len(lines) != len(texts):  # a text has a line end of its own
        lines = [text.translate(_PUNCTUATION) for text in texts]
    # In one go: this is what most of a column's time is spent on, and a second list takes a fifth more.
    return [code + found[found.lastindex or 0] if found else "" for found in map(forms, lines)]


def shape(text: str) -> str:
    """Return the format that a phone number is written in, the same for all of one form: "E.164", `(999) 999-999`."""
    if _E164.fullmatch(text):
        return "E.164"
    return _DIGIT_RUN.sub(_nines, text)


def spelled(text: str) -> bool:
    """Tell whether letters stand in for digits (`1-800-FLOWERS`) or a word follows the number (`030 901820 privat`).

    The library dials both.
    """
    return _SPELLED.search(_LABELLED_EXTENSION.sub("", text)) is not None


def _nines(run: re.Match[str]) -> str:
    """Return three nines for three digits and more, which differ from number to number, else one a digit."""
    return "9" * min(len(run[0]), 3)


def _uncommon(text: str, digits: str, country: str) -> Phone:
    extension, extended = "", None
    if not digits[1:].isdigit():
        extended = _EXTENSION.fullmatch(text)
    if extended:
        digits, extension = extended[1].translate(_PUNCTUATION), extended[2]
        common = _common_forms(country).fullmatch(digits)
        if common:
            return Phone(_calling_code(country) + common[common.lastindex or 0], extension)
    verdict = None
    if len(text) <= _LONGEST_TEXT and digits.isascii():
        verdict = _by_digits(digits, country)
    if verdict is None:
        return _by_library(text, country)
    if isinstance(verdict, int):
        raise NotRead(_WHY[verdict])
    return Phone(verdict, extension)


def _by_library(text: str, country: str) -> Phone:
    try:
        found = phonenumbers.parse(text, country.upper() or None)
    except NumberParseException as problem:
        raise NotRead(_WHY_UNREAD[problem.error_type]) from problem
    verdict = phonenumbers.is_possible_number_with_reason(found)
    if verdict != ValidationResult.IS_POSSIBLE:
        raise NotRead(_WHY[verdict])
    return Phone(phonenumbers.format_number(found, PhoneNumberFormat.E164), found.extension or "")


# --- how each country's numbers are dialled


class _Undecided(Exception):
    """The digits alone do not decide: the library has to."""


class _DialPlan:
    """Hold one country's rules: calling code, what is dialled for abroad and in front of an area code, lengths."""

    def __init__(self, metadata: PhoneMetadata) -> None:
        general = metadata.general_desc
        assert general is not None, "every country's metadata has its numbers in general"
        self.code = str(metadata.country_code)
        self.region = metadata.id
        self.abroad = _compiled(metadata.international_prefix)
        self.prefix = _compiled(metadata.national_prefix_for_parsing)
        self.transform = metadata.national_prefix_transform_rule
        self.numbers = re.compile(general.national_number_pattern or _NEVER)
        self.verdicts = [_verdict(general, length) for length in range(256)]

    def without_prefix(self, number: str) -> str:
        """Return the number without the prefix in front of an area code, where taking it away does no harm."""
        found = self.prefix.match(number)
        if not found:
            return number
        # Some prefixes become another one: in Argentina 0 11 15 … is 9 11 … from abroad.
        if self.transform and found.groups() and found.groups()[-1] is not None:
            shorter = found.re.sub(self.transform, number, count=1)
        else:
            shorter = number[found.end() :]
        if self.numbers.fullmatch(number) and not self.numbers.fullmatch(shorter):
            return number
        return shorter


def _compiled(pattern: str | None) -> re.Pattern[str]:
    """Return a pattern of the metadata, one that matches nothing where there is none."""
    return re.compile(pattern or _NEVER)


def _verdict(numbers: PhoneNumberDesc, length: int) -> int:
    """Return what the library says of a number of so many digits."""
    lengths = numbers.possible_length
    if length in numbers.possible_length_local_only:
        return ValidationResult.IS_POSSIBLE_LOCAL_ONLY
    if length in lengths:
        return ValidationResult.IS_POSSIBLE
    if length < lengths[0]:
        return ValidationResult.TOO_SHORT
    if length > lengths[-1]:
        return ValidationResult.TOO_LONG
    return ValidationResult.INVALID_LENGTH


@cache
def _plan(region: str) -> _DialPlan | None:
    """Return the rules of a country (ISO alpha-2), None where the library has none."""
    if region not in SUPPORTED_REGIONS:
        return None
    metadata = PhoneMetadata.metadata_for_region(region)
    if metadata is None:
        return None
    return _DialPlan(metadata)


@cache
def _calling_code(region: str) -> str:
    """Return `+1` for "US", "" for a country that the library does not know."""
    rules = _plan(region)
    if rules is None:
        return ""
    return f"+{rules.code}"


@cache
def _main_plan(code: str) -> _DialPlan:
    """Return the rules of the country that leads a calling code ("1": the United States)."""
    region = region_code_for_country_code(int(code))
    metadata = PhoneMetadata.metadata_for_region_or_calling_code(int(code), region)
    assert metadata is not None, "every calling code has its metadata"
    return _DialPlan(metadata)


def _by_digits(digits: str, country: str) -> str | int | None:
    """Return E.164 or phonenumbers' ValidationResult, None where the digits alone do not decide."""
    with suppress(_Undecided):
        if digits.isdigit():
            return _national(digits, country)
        if digits[:1] == "+" and digits[1:].isdigit():
            return _international(digits[1:])
    return None


def _national(digits: str, country: str) -> str | int:
    """Return E.164 for digits dialled within `country`, or phonenumbers' ValidationResult that says why not.

    Raises:
        _Undecided: fewer than three digits, an unknown country, or a code abroad that does not exist.
    """
    here = _plan(country)
    if here is None or len(digits) < 3:
        raise _Undecided
    dialled = here.abroad.match(digits)
    # No calling code starts with 0, so these digits only look like a call abroad.
    if dialled and digits[dialled.end() : dialled.end() + 1] != "0":
        return _international(digits[dialled.end() :])
    rest = None
    if digits.startswith(here.code):
        rest = _without_code(digits, here)
    if rest is None:
        return _judged(digits, here)
    # From here on the library goes by the country that leads the calling code, which is mostly this one.
    return _judged(rest, _main_plan(here.code))


def _international(digits: str) -> str | int:
    """Return E.164 for digits that start with a calling code, or phonenumbers' ValidationResult that says why not.

    Raises:
        _Undecided: the code does not exist, or too little follows it.
    """
    if len(digits) > _SHORTEST:
        for length in (1, 2, 3):
            code = digits[:length]
            if code[0] != "0" and int(code) in COUNTRY_CODE_TO_REGION_CODE:
                return _judged(digits[length:], _main_plan(code))
    raise _Undecided


def _without_code(digits: str, here: _DialPlan) -> str | None:
    """Return the rest of a number that starts with its own country's calling code, None where these are just digits."""
    rest = here.without_prefix(digits[len(here.code) :])
    if here.verdicts[len(digits)] == ValidationResult.TOO_LONG:
        return rest
    if here.numbers.fullmatch(rest) and not here.numbers.fullmatch(digits):
        return rest
    return None


def _judged(number: str, rules: _DialPlan) -> str | int:
    if len(number) < _SHORTEST:
        raise _Undecided
    shorter = rules.without_prefix(number)
    if rules.verdicts[len(shorter)] not in _KEEPS_PREFIX:
        number = shorter
    if not _SHORTEST <= len(number) <= _LONGEST:
        raise _Undecided
    verdict = _main_plan(rules.code).verdicts[len(number)]
    if verdict != ValidationResult.IS_POSSIBLE:
        return verdict
    return f"+{rules.code}{number}"


# --- the common forms


@cache
def _common_forms(country: str) -> re.Pattern[str]:
    """Return a pattern of the digits (with a + in front, or not) of nearly every number dialled in a country.

    The national number is in its last group. What it matches, `_national` and `_international` accept with that
    number, and the outcome again with itself.
    """
    here = _plan(country)
    if here is None:
        return re.compile(_NEVER)
    main = _main_plan(here.code)
    possible = [length for length in range(3, _LONGEST + 1) if main.verdicts[length] == ValidationResult.IS_POSSIBLE]
    too_long = [n for n in possible if here.verdicts[n + len(here.code)] == ValidationResult.TOO_LONG]
    stripped, stripped_abroad = _stripped_lengths(possible, here), _stripped_lengths(possible, main)
    at_home, from_abroad = f"(?!{_any(here.abroad)}|{here.code})", rf"\+{here.code}"
    kept = f"(?!{_any(main.prefix)})"  # so that what comes out is read the same
    # As dialled at home, without and with the prefix; with the calling code but no +; with + and the code.
    forms = [
        f"{at_home}(?!{_any(here.prefix)}){kept}{_digits(possible)}",
        f"{at_home}{_trunk(here)}{kept}{_digits(stripped)}",
        f"(?!{_any(here.abroad)}){here.code}(?!{_any(here.prefix)}){kept}{_digits(too_long)}",
        f"{from_abroad}{kept}{_digits(possible)}",
        f"{from_abroad}{_trunk(main)}{kept}{_digits(stripped_abroad)}",
    ]
    if here.abroad.pattern.isdigit():  # 00 or 011, and no choice of carriers
        forms.append(f"{here.abroad.pattern}{here.code}{kept}{_digits(possible)}")
    return re.compile("|".join(forms))


def _stripped_lengths(lengths: Iterable[int], rules: _DialPlan) -> list[int]:
    """Return the lengths of numbers in front of which a country's prefix is taken away."""
    return [length for length in lengths if rules.verdicts[length] not in _KEEPS_PREFIX]


def _any(pattern: re.Pattern[str]) -> str:
    """Return a pattern whose groups do not count among ours."""
    return f"(?:{_GROUP.sub('(?:', pattern.pattern)})"


def _trunk(rules: _DialPlan) -> str:
    """Return the prefix in front of an area code, where there is only one way to take it away.

    No number of the country may start with it; otherwise the pattern never matches.
    """
    if rules.transform:
        return _NEVER
    alternatives = rules.prefix.pattern.replace("(", "").replace(")", "").split("|")
    if not all(map(_PLAIN_PREFIX.fullmatch, alternatives)):
        return _NEVER
    # Two that begin with the same digit could both be taken away, and leave different numbers.
    first_digits = {one[0] for one in alternatives}
    if len(first_digits) < len(alternatives):
        return _NEVER
    return rf"(?!(?:{rules.numbers.pattern})\Z)(?:{'|'.join(alternatives)})"


def _digits(lengths: Iterable[int]) -> str:
    """Return a group of as many digits as one of `lengths`, the longest first; one that never matches for none."""
    longest_first = sorted(lengths, reverse=True)
    if not longest_first:
        return f"({_NEVER})"
    repeated = [f"[0-9]{{{length}}}" for length in longest_first]
    return f"({'|'.join(repeated)})"

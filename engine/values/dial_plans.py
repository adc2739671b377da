"""How each country's numbers are dialled, from the metadata that phonenumbers carries.

The functions repeat, on bare digits, what `phonenumbers.parse` and `is_possible_number_with_reason` do with a
number whose punctuation means nothing, in the same order (phonenumberutil: parse, _maybe_extract_country_code,
_maybe_strip_national_prefix_carrier_code, _test_number_length). A test compares them on many thousands of texts.
"""

from __future__ import annotations

import re
from functools import cache

from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    SUPPORTED_REGIONS,
    PhoneMetadata,
    PhoneNumberDesc,
    ValidationResult,
    region_code_for_country_code,
)

_SHORTEST, _LONGEST = 2, 17  # digits of a national number
_GROUP = re.compile(r"(?<!\\)\((?!\?)")
_PLAIN_PREFIX = re.compile(r"[0-9](?:[0-9]|\[[0-9]+\])*")
_KEEPS_PREFIX = frozenset(
    [ValidationResult.TOO_SHORT, ValidationResult.IS_POSSIBLE_LOCAL_ONLY, ValidationResult.INVALID_LENGTH]
)


class Undecided(Exception):
    """The digits alone do not decide: the library has to."""


class DialPlan:
    """One country's rules: calling code, what is dialled for abroad and in front of an area code, lengths."""

    def __init__(self, metadata: PhoneMetadata) -> None:
        general = metadata.general_desc
        assert general is not None, "every country's metadata has its numbers in general"
        self.code = str(metadata.country_code)
        self.region = metadata.id
        self.abroad = re.compile(metadata.international_prefix) if metadata.international_prefix else None
        prefix = metadata.national_prefix_for_parsing
        self.prefix = re.compile(prefix) if prefix else None
        self.transform = metadata.national_prefix_transform_rule
        self.numbers = re.compile(general.national_number_pattern or "(?!)")
        self.verdicts = [_verdict(general, length) for length in range(256)]

    def without_prefix(self, number: str) -> str:
        """The number without the prefix dialled in front of an area code, where taking it away does no harm."""
        found = self.prefix.match(number) if self.prefix else None
        if not found:
            return number
        if self.transform and found.groups() and found.groups()[-1] is not None:
            shorter = found.re.sub(self.transform, number, count=1)
        else:
            shorter = number[found.end() :]
        harmful = self.numbers.fullmatch(number) and not self.numbers.fullmatch(shorter)
        return number if harmful else shorter


@cache
def plan(region: str) -> DialPlan | None:
    """The rules of a country (ISO alpha-2), None where the library has none."""
    metadata = PhoneMetadata.metadata_for_region(region) if region in SUPPORTED_REGIONS else None
    return DialPlan(metadata) if metadata else None


@cache
def calling_code(region: str) -> str:
    """`+1` for "US"; "" for a country that the library does not know."""
    rules = plan(region)
    return f"+{rules.code}" if rules else ""


@cache
def main_plan(code: str) -> DialPlan:
    """The rules of the country that leads a calling code ("1": the United States)."""
    region = region_code_for_country_code(int(code))
    metadata = PhoneMetadata.metadata_for_region_or_calling_code(int(code), region)
    assert metadata is not None, "every calling code has its metadata"
    return DialPlan(metadata)


def national(digits: str, country: str) -> str | int:
    """E.164 for digits dialled within `country`, or phonenumbers' ValidationResult that says why not.

    Raises Undecided for fewer than three digits, an unknown country, and a code abroad that does not exist.
    """
    here = plan(country)
    if here is None or len(digits) < 3:
        raise Undecided
    dialled = here.abroad.match(digits) if here.abroad else None
    if dialled and digits[dialled.end() : dialled.end() + 1] != "0":
        return international(digits[dialled.end() :])
    if digits.startswith(here.code) and (rest := _without_code(digits, here)) is not None:
        main = main_plan(here.code)
        return _judged(rest, here if main.region == here.region else main)
    return _judged(digits, here)


def international(digits: str) -> str | int:
    """E.164 for digits that start with a calling code, or phonenumbers' ValidationResult that says why not.

    Raises Undecided where the code does not exist or too little follows.
    """
    if len(digits) > _SHORTEST:
        for length in (1, 2, 3):
            code = digits[:length]
            if code[0] != "0" and int(code) in COUNTRY_CODE_TO_REGION_CODE:
                return _judged(digits[length:], main_plan(code))
    raise Undecided


def _without_code(digits: str, here: DialPlan) -> str | None:
    """The rest of a number that starts with its own country's calling code, None where these are just digits."""
    rest = here.without_prefix(digits[len(here.code) :])
    better = not here.numbers.fullmatch(digits) and here.numbers.fullmatch(rest)
    too_long = here.verdicts[len(digits)] == ValidationResult.TOO_LONG
    return rest if better or too_long else None


def _judged(number: str, rules: DialPlan) -> str | int:
    if len(number) < _SHORTEST:
        raise Undecided
    shorter = rules.without_prefix(number)
    if rules.verdicts[len(shorter)] not in _KEEPS_PREFIX:
        number = shorter
    if not _SHORTEST <= len(number) <= _LONGEST:
        raise Undecided
    verdict = main_plan(rules.code).verdicts[len(number)]
    return f"+{rules.code}{number}" if verdict == ValidationResult.IS_POSSIBLE else verdict


def _verdict(numbers: PhoneNumberDesc, length: int) -> int:
    """What the library says of a number of so many digits."""
    lengths = numbers.possible_length
    if length in numbers.possible_length_local_only:
        return ValidationResult.IS_POSSIBLE_LOCAL_ONLY
    if length in lengths:
        return ValidationResult.IS_POSSIBLE
    if length < lengths[0]:
        return ValidationResult.TOO_SHORT
    return ValidationResult.TOO_LONG if length > lengths[-1] else ValidationResult.INVALID_LENGTH


@cache
def common_forms(country: str) -> re.Pattern[str]:
    """Matches the digits (with a + in front, or not) of nearly every number dialled in a country, with the
    national number in its last group: what it matches, `national` and `international` accept with that number,
    and the outcome again with itself.
    """
    here = plan(country)
    if here is None:
        return re.compile("(?!)")
    main = main_plan(here.code)
    possible = [n for n in range(3, _LONGEST + 1) if main.verdicts[n] == ValidationResult.IS_POSSIBLE]
    too_long = [n for n in possible if here.verdicts[n + len(here.code)] == ValidationResult.TOO_LONG]
    stripped = [n for n in possible if here.verdicts[n] not in _KEEPS_PREFIX]
    stripped_abroad = [n for n in possible if main.verdicts[n] not in _KEEPS_PREFIX]
    at_home, from_abroad = f"(?!{_any(here.abroad)}|{here.code})", rf"\+{here.code}"
    kept = f"(?!{_any(main.prefix)})"  # so that what comes out is read the same
    forms = [
        f"{at_home}(?!{_any(here.prefix)}){kept}{_digits(possible)}",
        f"{at_home}{_trunk(here)}{kept}{_digits(stripped)}",
        f"(?!{_any(here.abroad)}){here.code}(?!{_any(here.prefix)}){kept}{_digits(too_long)}",
        f"{from_abroad}{kept}{_digits(possible)}",
        f"{from_abroad}{_trunk(main)}{kept}{_digits(stripped_abroad)}",
    ]
    if here.abroad and here.abroad.pattern.isdigit():
        forms.append(f"{here.abroad.pattern}{here.code}{kept}{_digits(possible)}")
    return re.compile("|".join(forms))


def _any(pattern: re.Pattern[str] | None) -> str:
    """A pattern whose groups do not count among ours; one that never matches for None."""
    return f"(?:{_GROUP.sub('(?:', pattern.pattern)})" if pattern else "(?!)"


def _trunk(rules: DialPlan) -> str:
    """The prefix in front of an area code, where it can only be taken away in one way and no number of the country
    starts with it; otherwise a pattern that never matches.
    """
    prefix = rules.prefix.pattern if rules.prefix else ""
    alternatives = prefix.replace("(", "").replace(")", "").split("|")
    simple = not rules.transform and all(_PLAIN_PREFIX.fullmatch(one) for one in alternatives)
    if not simple or len({one[0] for one in alternatives}) < len(alternatives):
        return "(?!)"
    return rf"(?!(?:{rules.numbers.pattern})\Z)(?:{'|'.join(alternatives)})"


def _digits(lengths: list[int]) -> str:
    return f"({'|'.join(f'[0-9]{{{n}}}' for n in reversed(lengths))})" if lengths else "((?!))"

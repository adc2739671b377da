"""Phone numbers to E.164, exactly as the library phonenumbers reads them, at a tenth of its time.

A number of the common form (digits and plain punctuation) is decided by its digits alone; `dialplans` does that
with the library's own metadata. Everything else goes to the library itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

from engine.values import NotRead, dial_plans

_PUNCTUATION = str.maketrans("", "", " ().-/")
_EXTENSION = re.compile(r"(.*[0-9)]) *(?:x|ext[.:]?|#) *([0-9]{1,7})", re.IGNORECASE)
_LABELLED_EXTENSION = re.compile(r"(?:;ext=|e?xt(?:ensi[oó]n?)?|int|anexo)[:. ,-]*[0-9]+\W*$", re.IGNORECASE)
_LONGEST = 60  # characters; what is longer goes to the library, which has limits of its own
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_DIGIT_RUN = re.compile(r"[0-9]{3,}|[0-9]")
_SPELLED = re.compile(r"[0-9].*[A-Za-z]{3}", re.DOTALL)

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
    """`number` in E.164 (`+14155552671`), `extension` its digits or ""."""

    number: str
    extension: str


def e164(text: str, country: str = "") -> Phone:
    """`(415) 555-2671 x204` in "US" -> ("+14155552671", "204"). Raises NotRead.

    `country` is the ISO alpha-2 code that a number without a country code is taken to belong to; "" reads only
    numbers that start with +. A number need not be in use, but possible (`+15551234567` is); one that can only be
    dialled locally (`555-1234`) is not read.
    """
    home = country.upper()
    digits = text.translate(_PUNCTUATION)
    if common := dial_plans.common_forms(home).fullmatch(digits):
        return Phone(dial_plans.calling_code(home) + common[common.lastindex or 0], "")
    return _uncommon(text, digits, home)


def e164_all(texts: Sequence[str], country: str = "") -> list[str]:
    """`e164(text, country).number` of each text that has no extension and is of a common form; "" for the others,
    which `e164` has to be asked about. Twice as fast as asking for each.
    """
    forms, code = dial_plans.common_forms(country.upper()).fullmatch, dial_plans.calling_code(country.upper())
    lines = "\n".join(texts).translate(_PUNCTUATION).split("\n")
    if len(lines) != len(texts):
        lines = [text.translate(_PUNCTUATION) for text in texts]
    return [code + found[found.lastindex or 0] if (found := forms(line)) else "" for line in lines]


def _uncommon(text: str, digits: str, country: str) -> Phone:
    extension = ""
    if not digits[1:].isdigit() and (extended := _EXTENSION.fullmatch(text)):
        digits, extension = extended[1].translate(_PUNCTUATION), extended[2]
        if common := dial_plans.common_forms(country).fullmatch(digits):
            return Phone(dial_plans.calling_code(country) + common[common.lastindex or 0], extension)
    verdict = None if len(text) > _LONGEST or not digits.isascii() else _by_digits(digits, country)
    if verdict is None:
        return _by_library(text, country)
    if isinstance(verdict, int):
        raise NotRead(_WHY[verdict])
    return Phone(verdict, extension)


def _by_digits(digits: str, country: str) -> str | int | None:
    """E.164 or phonenumbers' ValidationResult; None where the digits alone do not decide."""
    with suppress(dial_plans.Undecided):
        if digits.isdigit():
            return dial_plans.national(digits, country)
        if digits[:1] == "+" and digits[1:].isdigit():
            return dial_plans.international(digits[1:])
    return None


def shape(text: str) -> str:
    """The format that a phone number is written in, the same for all of one form: "E.164", `(999) 999-999`."""
    if _E164.fullmatch(text):
        return "E.164"
    return _DIGIT_RUN.sub(lambda run: "9" * len(run[0]) if len(run[0]) < 3 else "999", text)


def spelled(text: str) -> bool:
    """Whether letters stand in for digits (`1-800-FLOWERS`) or a word follows the number (`030 901820 privat`):
    the library dials both.
    """
    return _SPELLED.search(_LABELLED_EXTENSION.sub("", text)) is not None


def _by_library(text: str, country: str) -> Phone:
    try:
        found = phonenumbers.parse(text, country.upper() or None)
    except NumberParseException as problem:
        raise NotRead(_WHY_UNREAD[problem.error_type]) from problem
    verdict = phonenumbers.is_possible_number_with_reason(found)
    if verdict != ValidationResult.IS_POSSIBLE:
        raise NotRead(_WHY[verdict])
    return Phone(phonenumbers.format_number(found, PhoneNumberFormat.E164), found.extension or "")

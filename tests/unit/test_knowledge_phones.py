"""Phone numbers: no difference from the library, whatever the text."""

from __future__ import annotations

import random

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumberFormat, PhoneNumberType, ValidationResult

from engine.values import NotRead, phones

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
TYPES = [PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE, PhoneNumberType.TOLL_FREE, PhoneNumberType.VOIP]
PUNCTUATION = ["", " ", "-", ".", "/", "(", ")", " (", ") ", " - "]
BEFORE = ["", "", "", " ", "(", "\t", "tel: ", "\u00a0", "#", "T "]
BEHIND = ["", "", "", "", " x204", "x1", " ext. 55", "ext5", "#12", " extension 4", ".", "/", " / x5", ";ext=3",
          ",,4", " x12345678", "x", "12#", "- 503#", " privat", "~4", "*"]  # fmt: skip


def by_library(text: str, country: str) -> tuple[str, str] | None:
    try:
        found = phonenumbers.parse(text, country or None)
    except NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(found) != ValidationResult.IS_POSSIBLE:
        return None
    return phonenumbers.format_number(found, PhoneNumberFormat.E164), found.extension or ""


def by_us(text: str, country: str) -> tuple[str, str] | None:
    try:
        return phones.e164(text, country)
    except NotRead:
        return None


def generated(rnd: random.Random) -> tuple[str, str]:
    """A number of a random country, more or less spoilt, and the country that it is dialled from."""
    region = rnd.choice(REGIONS)
    metadata = PhoneMetadata.metadata_for_region(region)
    assert metadata is not None
    example = phonenumbers.example_number_for_type(region, rnd.choice(TYPES))
    digits = list(phonenumbers.national_significant_number(example)) if example and rnd.random() < 0.7 else []
    digits = digits or [rnd.choice("0123456789") for _ in range(rnd.randrange(1, 18))]
    for _ in range(rnd.randrange(4)):
        digits[rnd.randrange(len(digits))] = rnd.choice("0123456789")
    digits += rnd.choice([[], [], [], ["7"]])
    trunk, code = metadata.national_prefix or "0", str(metadata.country_code)
    prefix = rnd.choice(["", "", trunk, f"+{code}", f"+{code}(0)", f"+{code}{trunk}", code, f"00{code}",
                         f"011{code}", "+", "++", "00", "001", "810", "1", "8"])  # fmt: skip
    dialled = "".join(c + (rnd.choice(PUNCTUATION) if rnd.random() < 0.25 else "") for c in [*prefix, *digits])
    country = region if rnd.random() < 0.85 else rnd.choice([*REGIONS, "", "XX"])
    return rnd.choice(BEFORE) + dialled + rnd.choice(BEHIND), country


def test_no_difference_from_the_library() -> None:
    rnd = random.Random(20261122)
    cases = [generated(rnd) for _ in range(40_000)]
    expected = [by_library(text, country) for text, country in cases]
    assert sum(answer is not None for answer in expected) > 10_000
    assert [case for case, answer in zip(cases, expected, strict=True) if by_us(*case) != answer] == []


@pytest.mark.parametrize("country", ["US", "CA", "GB", "DE", "FR", "BE", "IT", "NL", "AU", "BR", "AR", "XX", ""])
def test_a_whole_column_at_once_says_the_same(country: str) -> None:
    rnd = random.Random(country)
    texts = [generated(rnd)[0] for _ in range(2_000)] + [f"+1 {n} 555 0199" for n in range(200, 400)]
    for text, number in zip(texts, phones.e164_all(texts, country), strict=True):
        assert number == "" or (number, "") == by_library(text, country)
    assert phones.e164_all([*texts, "two\nlines"], country)[:-1] == phones.e164_all(texts, country)


@given(st.text(), st.sampled_from(["US", "DE", "IT", ""]))
def test_no_difference_on_any_text(text: str, country: str) -> None:
    assert by_us(text, country) == by_library(text, country)


@pytest.mark.parametrize(
    ("text", "country", "number", "extension"),
    [
        ("(415) 555-2671 x204", "US", "+14155552671", "204"), ("+49 (0)30 901820", "DE", "+4930901820", ""),
        ("+49 (0)30 901820", "", "+4930901820", ""), ("0032 2 555 12 12", "BE", "+3225551212", ""),
        ("+15551234567", "US", "+15551234567", ""), ("206.365.0737", "us", "+12063650737", ""),
        ("1-713-263-3166", "US", "+17132633166", ""), ("020 7527 3810", "GB", "+442075273810", ""),
    ],
)  # fmt: skip
def test_known_answers(text: str, country: str, number: str, extension: str) -> None:
    assert phones.e164(text, country) == (number, extension)


@pytest.mark.parametrize(
    ("text", "country", "why"),
    [
        ("12", "US", "too short"), ("12", "DE", "area code|too short"),
        ("555-1234", "US", "the area code is missing"), ("n/a", "US", "not a phone number"),
        ("030 901820", "", "country is not known"),
        ("+999 123456", "", "country"), ("1" * 300, "US", "too long"),
    ],
)  # fmt: skip
def test_what_is_no_phone(text: str, country: str, why: str) -> None:
    with pytest.raises(NotRead, match=why):
        phones.e164(text, country)


def test_shapes_count_formats() -> None:
    assert len({phones.shape(t) for t in ("206.365.0737", "212.656.5917", "1-713-263-3166", "(206) 823-5448")}) == 3
    assert phones.shape("+15551234567") == "E.164"
    assert phones.shape("+49 30 901820") == phones.shape("+49 89 1234567")


def test_words_that_the_library_would_dial() -> None:
    assert phones.spelled("1-800-FLOWERS")
    assert phones.spelled("030 901820 privat")
    assert not phones.spelled("Tel. 030 901820 ext. 12")

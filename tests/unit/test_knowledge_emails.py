"""Email addresses and what stands around them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.values import NotRead, emails


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("ann@example.com", "ann@example.com"), ("mailto:Info@Example.COM", "Info@example.com"),
        ("MAILTO: a@b.com?subject=Hi", "a@b.com"), ("Ann Lee <ann@example.com>", "ann@example.com"),
        ("<mailto:a@b.com>", "a@b.com"), ("a@b.com.", "a@b.com"), ("'a@b.com'", "a@b.com"),
        (" a@b.com ; ", "a@b.com"),
        ('"Lee, Ann" <ann@example.com>', "ann@example.com"), ("müller@bücher.de", "müller@bücher.de"),
    ],
)  # fmt: skip
def test_what_stands_around_an_address(text: str, address: str) -> None:
    assert emails.clean(text) == address
    assert emails.is_valid(address)


@pytest.mark.parametrize(
    "text",
    ["a@@b,com", "Jennifer.Wright@@example,com", "a@b", "a@b.c", "@", "n/a", "a b@c.com", "a..b@c.com", "a@-b.com",
     "a@b-.com", "a@b_c.com", ".a@b.com", "a@b.com (old)", "x" * 65 + "@b.com", "a@" + "b" * 250 + ".com"],
)  # fmt: skip
def test_what_is_no_address(text: str) -> None:
    assert not emails.is_valid(text)
    with pytest.raises(NotRead):
        emails.clean(text)


@pytest.mark.parametrize(
    "text",
    ["a@b.com, c@d.com", "a@b.com;c@d.com", "a@b.com c@d.com", "a@b.com / c@d.com", "Ann <a@b.com>; C <c@D.com>"],
)
def test_several_addresses_in_a_cell(text: str) -> None:
    assert emails.split(text) == ["a@b.com", "c@d.com"]
    with pytest.raises(NotRead, match="more than one"):
        emails.clean(text)


def test_a_part_that_is_no_address_stops_the_split() -> None:
    with pytest.raises(NotRead, match="'tbd' in it is not an email address"):
        emails.split("a@b.com, tbd")


@given(st.emails())
def test_addresses_of_the_standard_are_valid_and_stay(address: str) -> None:
    mailbox, _, domain = address.rpartition("@")
    lowered = f"{mailbox}@{domain.lower()}"
    assert emails.clean(f"mailto: <{address}>.") == lowered
    assert emails.clean(lowered) == lowered


@given(st.text(alphabet=st.sampled_from("aB1@.,;<>'\" :?-_mailto\nİ")))
def test_any_text_is_read_or_not_read(text: str) -> None:
    for read in (emails.clean, lambda one: emails.split(one)[0]):
        with suppress(NotRead):
            assert emails.clean(read(text)) == read(text)


@pytest.mark.parametrize(
    "between",
    [" ::: ", "::", " / ", "/", " or ", " oder ", " ou ", "\n", ", ", ";", " | ", " & ", " - ", " + ", "<br>", " "],
)
def test_whatever_stands_between_two_addresses(between):
    assert emails.split(f"ann@a.example{between}bo@b.example") == ["ann@a.example", "bo@b.example"]

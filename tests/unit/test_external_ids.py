"""External IDs: what a rendered key may hold, and that no two keys ever become one record."""

from __future__ import annotations

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo_migrate.project.external_ids import (
    MAX_LENGTH,
    BadPattern,
    EmptyKey,
    Pattern,
    external_ids,
    is_empty,
    rendered,
)

keys = st.text(min_size=1).filter(lambda text: not is_empty(text))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("ACME001", "ACME001"),
        ("Müller & Söhne GmbH", "Muller_Sohne_GmbH"),
        ("R&D", "R_D"),
        ("  Net 30  ", "Net_30"),
        ("a, b", "a_b"),
        ("École", "Ecole"),
        ("Nord–Süd", "Nord_Sud"),
        ("a.b-c_d", "a.b-c_d"),
        ("_x_", "x"),
        ("ＡＢＣ１", "ABC1"),
        ("東京", ""),
        ("Łódź", "odz"),
    ],
)
def test_a_value_is_rendered_as_odoo_takes_it(value: str, expected: str) -> None:
    assert rendered(value) == expected


def test_a_pattern_takes_several_columns() -> None:
    pattern = Pattern.read("migr.order_line.{Order No}.{Order No #}")
    assert pattern.placeholders == ("Order No", "Order No #")
    assert pattern.base(("SO 1", "3")) == "migr.order_line.SO_1.3"


def test_keys_that_render_alike_all_get_a_suffix_of_their_own() -> None:
    ids = external_ids(Pattern.read("migr.tag.{Name}"), [("R&D",), ("R D",), ("VIP",)])
    suffix = {key: hashlib.sha256(key.encode()).hexdigest()[:6] for key in ("R&D", "R D")}
    assert ids == {
        ("R&D",): f"migr.tag.R_D_{suffix['R&D']}",
        ("R D",): f"migr.tag.R_D_{suffix['R D']}",
        ("VIP",): "migr.tag.VIP",
    }


def test_a_key_that_looks_like_a_suffixed_one_stays_apart() -> None:
    pattern = Pattern.read("migr.tag.{Name}")
    taken = external_ids(pattern, [("R&D",), ("R D",)])[("R&D",)].removeprefix("migr.tag.")
    ids = external_ids(pattern, [("R&D",), ("R D",), (taken,)])
    assert len(set(ids.values())) == 3


def test_a_name_without_any_ascii_is_named_by_its_digest() -> None:
    ids = external_ids(Pattern.read("migr.tag.{Name}"), [("東京",), ("大阪",)])
    assert len(set(ids.values())) == 2
    assert all(re.fullmatch(r"migr\.tag\.[0-9a-f]{6}", text) for text in ids.values())


def test_a_long_key_is_cut_but_stays_itself() -> None:
    pattern = Pattern.read("migr.note.{Text}")
    ids = external_ids(pattern, [("x" * 300,), ("x" * 301,)])
    assert len(set(ids.values())) == 2
    assert all(len(text) <= MAX_LENGTH for text in ids.values())
    assert pattern.alone(("x" * 300,)) == ids[("x" * 300,)]  # whatever else is in the file


def test_an_empty_cell_is_no_key() -> None:
    with pytest.raises(EmptyKey):
        external_ids(Pattern.read("migr.line.{Order}.{No}"), [("SO1", " ")])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("migr.partner", "names no column"),
        ("{Code}", "must begin with a namespace"),
        ("{Code}.x", "must begin with a namespace"),
        ("migr.part ner.{Code}", "may hold only"),
        ("migr.{Code", "names no column"),
        ("migr.{a}{b}}", "may hold only"),
        ("base.{Code}", "Odoo's own records"),
        ("migr." + "x" * 80 + ".{Code}", "too long"),
    ],
)
def test_a_pattern_that_cannot_name_records_is_refused_in_words(text: str, reason: str) -> None:
    with pytest.raises(BadPattern, match=reason):
        Pattern.read(text)


@given(st.sets(st.tuples(keys, keys), max_size=20))
def test_ids_are_unique_legal_and_independent_of_order(some: set[tuple[str, str]]) -> None:
    pattern = Pattern.read("migr.thing.{A}.{B}")
    ids = external_ids(pattern, sorted(some))
    assert len(set(ids.values())) == len(some)
    assert all(re.fullmatch(r"migr\.[A-Za-z0-9_.-]{1,115}", text) for text in ids.values())
    assert ids == external_ids(pattern, sorted(some, reverse=True))


@given(st.text())
def test_rendering_is_idempotent(value: str) -> None:
    assert rendered(rendered(value)) == rendered(value)

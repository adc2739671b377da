"""The common forms of numbers, whole columns at a time: `$1,234.50` is read by pattern kernels, not one by one."""

from __future__ import annotations

from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from engine.values import currencies, numbers

_CURRENCIES = "EUR|USD|GBP|CHF"
_WORDS = "$€£% EURUSDGBPCHF"  # what stands around a number of these forms, and no digit or mark
_AROUND = {
    "number": r"^{number}\z",
    "percent": r"^{number} ?%?\z",
    "amount": rf"^(?:[$€£] ?{{number}}|(?:{_CURRENCIES}) {{number}}|{{number}}(?: ?[$€£]| ?(?:{_CURRENCIES}))?)\z",
}


class Common(NamedTuple):
    """`mask` (bool): a column's cells of a common form. For those cells only: `numbers` with a decimal point,
    `words` that stand around them.
    """

    mask: pa.Array
    numbers: pa.Array
    words: pa.Array


def common(values: pa.Array, decimal: str, kind: numbers.Kind) -> Common:
    """What `numbers.read`, `read_amount` or `read_percent` make of the cells of common forms.

    `decimal` is the column's decimal sign, a point or a comma.
    """
    group, mark = (",", "[.]") if decimal == "." else ("[.]", ",")
    number = rf"-?(?:0|[1-9][0-9]*|[1-9][0-9]{{0,2}}(?:{group}[0-9]{{3}})+)(?:{mark}[0-9]+)?"
    mask = pc.match_substring_regex(values, _AROUND[kind].format(number=number))
    cells = values.filter(mask)
    plain = pc.replace_substring(pc.utf8_trim(cells, _WORDS), group.strip("[]"), "")
    plain = plain if decimal == "." else pc.replace_substring(plain, ",", ".")
    return Common(mask, plain, pc.utf8_trim(cells, "0123456789.,- "))


def currencies_of(words: pa.Array) -> pa.Array:
    """The ISO codes of currency signs and codes, "" where there is none or several share it."""
    encoded = words.dictionary_encode()
    meant = [currencies.possible(word) for word in encoded.dictionary.to_pylist()]
    codes = [next(iter(possible)) if len(possible) == 1 else "" for possible in meant]
    return pa.array(codes, pa.string()).take(encoded.indices)


def with_cents(plain: pa.Array) -> pa.Array:
    """Plain numbers with at least two decimals: `500` -> `500.00`, `12.5` -> `12.50`, `0.125` as it is."""
    places = pc.subtract(pc.subtract(pc.binary_length(plain), pc.find_substring(plain, ".")), 1)
    endings = pc.case_when(
        pc.make_struct(pc.equal(pc.find_substring(plain, "."), -1), pc.equal(places, 1)), ".00", "0", ""
    )
    return pc.binary_join_element_wise(plain, endings, "")

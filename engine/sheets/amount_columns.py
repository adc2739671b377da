"""Columns of amounts read all at once, to compare the printed totals of a report with the sums of its rows.

Nothing that is read here reaches a record: a cell that is no plain amount counts as none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from engine.values.currencies import possible

Mask = npt.NDArray[np.bool_]

_SIGN = r"[+\-\x{2212}\x{2013}\x{2014}]"
_CURRENCY = r"(?:\pL{0,3}\p{Sc}?\pL{0,3}\.?)"
_SIDES = frozenset(["S", "H", "D", "C", "DR", "CR"])  # debit or credit, behind an amount without a sign
_AMOUNT = (
    rf"^\s*\(?\s*{_SIGN}?\s*{_CURRENCY}?\s*{_SIGN}?\s*(?:[0-9]|[.,][0-9])[0-9.,'\x{{2019}}\x{{a0}}\x{{202f}} ]*\s*%?"
    rf"\s*{_SIGN}?\s*{_CURRENCY}?\s*{_SIGN}?\s*\)?\s*$"
)
_NOTHING = r"^\s*[-\x{2212}\x{2013}\x{2014}.]*\s*$"  # an empty cell, and the dash that stands for no amount
_NEGATIVE = r"[\-\x{2212}\x{2013}\x{2014}]|^\s*\(|(?:\bCR|\bH|\bC)\s*$"
_POINT, _COMMA = r"\.[0-9]{1,2}[^0-9.,]*$", r",[0-9]{1,2}[^0-9.,]*$"


@dataclass(frozen=True)
class AmountColumn:
    """Hold a column as numbers.

    Attributes:
        values: the amounts, 0 for cells without one.
        filled: which cells hold an amount.
        words: which cells hold something else.
        tolerance: by how much a sum may differ from its printed total: half of the last digit that the column shows.
    """

    values: npt.NDArray[np.float64]
    filled: Mask
    words: Mask
    tolerance: float


def read_amounts(texts: pa.StringArray) -> AmountColumn:
    """Return a column of texts as numbers; which sign is the decimal the column as a whole says."""
    encoded = texts.dictionary_encode()
    different = encoded.dictionary
    is_amount = _matches(different, _AMOUNT)
    is_amount &= _known_words(different, r"[0-9].*", frozenset()) & _known_words(different, r".*[0-9]", _SIDES)
    words = ~is_amount & ~_matches(different, _NOTHING)
    digits = _plain_digits(different.filter(pa.array(is_amount)))
    values = np.zeros(len(different))
    values[is_amount] = pc.cast(digits, pa.float64()).to_numpy(zero_copy_only=False)
    negative = is_amount & _matches(different, _NEGATIVE)
    values[negative] = -values[negative]
    places = encoded.indices.to_numpy()
    if not len(different):
        return AmountColumn(np.zeros(len(texts)), np.zeros(len(texts), bool), np.zeros(len(texts), bool), 0.5)
    return AmountColumn(values[places], is_amount[places], words[places], 0.5 * 10.0 ** -_decimals(digits))


def _matches(texts: pa.StringArray, pattern: str) -> Mask:
    return np.asarray(pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False), np.bool_)


def _known_words(texts: pa.StringArray, number: str, others: frozenset[str]) -> Mask:
    """Return the texts whose letters beside the number are a currency, or one of some other words, or none at all."""
    letters = pc.replace_substring_regex(pc.replace_substring_regex(texts, number, ""), r"[^\pL\p{Sc}]", "")
    encoded = letters.dictionary_encode()
    known = []
    for word in encoded.dictionary.to_pylist():
        known.append(not word or word.upper() in others or bool(possible(word)))
    if not known:
        return np.zeros(0, np.bool_)
    return np.asarray(known, np.bool_)[encoded.indices.to_numpy()]


def _plain_digits(texts: pa.StringArray) -> pa.StringArray:
    """Return the numbers in texts that are amounts, without their signs, as digits with a point."""
    bare = pc.replace_substring_regex(texts, r"[^0-9.,]", "")
    decimal, other = ".", ","
    if _matches(texts, _COMMA).sum() > _matches(texts, _POINT).sum():
        decimal, other = other, decimal
    bare = pc.replace_substring(bare, other, "")
    # Of several decimal signs all but the last part thousands.
    parts = pc.replace_substring_regex(bare, rf"[{decimal}]([0-9]+[{decimal}])", r"\1")
    numbers = pc.replace_substring_regex(pc.replace_substring(parts, decimal, "."), r"[.]$", "")
    valid = pc.match_substring_regex(numbers, r"^[0-9]*[.]?[0-9]+$")
    return pc.if_else(valid, numbers, "0")


def _decimals(digits: pa.StringArray) -> int:
    """Return how many decimals are written at most, up to 4."""
    if not len(digits):
        return 0
    behind = pc.utf8_length(pc.replace_substring_regex(digits, r"^[^.]*[.]?", ""))
    return min(4, int(pc.max(behind).as_py()))

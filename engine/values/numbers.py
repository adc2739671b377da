"""Numbers as people write them, to plain text with a decimal point: nothing is rounded, no digit is lost.

`1.234` alone is one thousand in one country and one and a bit in another. Whoever reads a column first asks
`decimal_sign` what the column as a whole says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import filterfalse, islice
from typing import Literal, NamedTuple

from engine.values import NotRead, currencies
from engine.values.languages import pattern

# Every kind of space becomes a space, every kind of minus and apostrophe the plain one.
_PLAIN = str.maketrans(
    dict.fromkeys("\u00a0\u202f\u2009\u2007\u2008\u200a\u2002\u2003\u3000\t", " ")
    | dict.fromkeys("\u2212\u2013\u2014\ufe63\uff0d", "-")
    | dict.fromkeys("\u2019\u2018\u02bc\u00b4\uff07", "'")
)
_EXAMPLES = 5
_CHUNK = 65_536  # texts that are grouped by shape at a time, so that a long column is never held twice
_NINES = str.maketrans("012345678", "999999999")
# Numbers without a sign or a gap in them, and at most one word before and behind.
_SIMPLE = re.compile(r"([^\W0-9_]*[$€£]?) ?([0-9](?:[0-9.,]*[0-9])?) ?([^\W0-9_]*[$€£]?)")
_PARTS = re.compile(r"([^0-9]*)([0-9](?:.*[0-9])?)([^0-9]*)", re.DOTALL)
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?:[ '.,][0-9]{3})+")
_ZERO_FIRST = re.compile("[^0-9]*0")
# India groups thousands, then hundreds of them: 12,34,567.
_LAKHS = re.compile(r"[1-9][0-9]?(?:[ '.,][0-9]{2})*[ '.,][0-9]{3}")
_LEADING_MARK = re.compile(r"(?:^|[^\w.,])([.,])$")
_NO_CENTS = re.compile(r"^[.,] ?-{1,2}(?!-)")  # `5,-` and `5.--` are five without cents
_SIGNS = re.compile(r"[-+()\s]+")
_NAMES = {".": "point", ",": "comma"}
_SCIENTIFIC = re.compile(r"[0-9]+(?:[.,][0-9]+)?[eE][-+]?[0-9]+")

# The common forms in one go: a number of digits, or in groups of three, with decimals behind the column's sign.
_COMMON = {
    ".": re.compile(r"-?(?:0|[1-9][0-9]*|[1-9][0-9]{0,2}(?:,[0-9]{3})+)(?:\.[0-9]+)?"),
    ",": re.compile(r"-?(?:0|[1-9][0-9]*|[1-9][0-9]{0,2}(?:\.[0-9]{3})+)(?:,[0-9]+)?"),
    "": re.compile(r"-?(?:0|[1-9][0-9]*)"),
}


Kind = Literal["number", "amount", "percent"]


class Amount(NamedTuple):
    """Hold a number as `read` writes it and an ISO 4217 code, "" for no currency or a shared sign (`$`)."""

    number: str
    currency: str


class _Parts(NamedTuple):
    """Hold a cell taken apart: the words before and after the number, the number with its marks but no sign."""

    negative: bool
    before: str
    body: str
    after: str


@dataclass
class SignEvidence:
    """Count the distinct values that can only be read with a decimal point, only with a comma, or with either.

    Five examples of each are kept.
    """

    point: int = 0
    comma: int = 0
    either: int = 0
    point_examples: list[str] = field(default_factory=list)
    comma_examples: list[str] = field(default_factory=list)
    either_examples: list[str] = field(default_factory=list)

    @property
    def sign(self) -> str:
        """Return a point or a comma, "" where there is no evidence or evidence for both."""
        if self.point and not self.comma:
            return "."
        if self.comma and not self.point:
            return ","
        return ""

    @property
    def both(self) -> bool:
        """Tell whether commas and points are both used as decimals."""
        return bool(self.point and self.comma)


def decimal_sign(distinct: Iterable[str], kind: Kind = "amount") -> SignEvidence:
    """Return what a column's distinct values show of its decimal sign.

    Only cells count that the reader of that kind can read: `read`, `read_amount` or `read_percent`.
    """
    found = SignEvidence()
    groups = {".": found.point_examples, ",": found.comma_examples, "?": found.either_examples}
    counts = dict.fromkeys(groups, 0)
    for sign, texts in _by_sign(distinct, kind):
        if not sign:
            continue
        counts[sign] += len(texts)
        groups[sign] += texts[: _EXAMPLES - len(groups[sign])]
    found.point, found.comma, found.either = counts.values()
    return found


def _by_sign(distinct: Iterable[str], kind: Kind) -> Iterator[tuple[str, list[str]]]:
    """Yield signs, as `sign_in` returns them, and the texts that show them.

    Texts of one shape show the same, but where the number starts with 0: `0.234` is no thousand.
    """
    for shape, texts in _by_shape(distinct):
        if "." not in shape and "," not in shape:
            continue
        zeros = list(filter(_ZERO_FIRST.match, texts))
        others = texts
        if zeros:
            others = list(filterfalse(_ZERO_FIRST.match, texts))
        if others:
            yield sign_in(shape, kind), others
        for text in zeros:
            yield sign_in(text, kind), [text]


def _by_shape(texts: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield shapes (every digit a 9) and their texts, chunk after chunk; a shape may come again with the next chunk."""
    waiting = iter(texts)
    while chunk := list(islice(waiting, _CHUNK)):
        groups: dict[str, list[str]] = {}
        for shape, text in zip(_shapes(chunk), chunk, strict=True):
            groups.setdefault(shape, []).append(text)
        yield from groups.items()


def _shapes(texts: list[str]) -> list[str]:
    """Return all shapes, made in one go; one by one where a text has a line end of its own."""
    shapes = "\n".join(texts).translate(_NINES).split("\n")
    if len(shapes) == len(texts):
        return shapes
    return [text.translate(_NINES) for text in texts]


def sign_in(text: str, kind: Kind = "amount") -> str:
    """Return the decimal sign that a cell itself shows: a point, a comma, "?" where it could be either.

    "" means that there is none in it, or that the cell is not of that kind.
    """
    try:
        parts = _taken_apart(text)
        _check_words(parts, kind)
        sign = _evident(parts.body)
        # Whether the digits are in order does not depend on which of the two is meant.
        _digits(parts.body, sign.replace("?", "."))
    except NotRead:
        return ""
    return sign


def read(text: str, decimal: str = "") -> str:
    """Return a number with a decimal point: `(1.62)`, `1.62-`, `1'234,50` -> "-1.62", "-1.62", "1234.50".

    The digits stay as they are, but for zeros in front.

    Args:
        text: A cell, with or without spaces around.
        decimal: The column's decimal sign, "" if unknown: then only what can be read in one way is read.

    Raises:
        NotRead: it is no number; one with a currency or a percent sign is not read either, since that would be lost.
    """
    if _COMMON[decimal].fullmatch(text):
        return _with_point(text, decimal)
    parts = _taken_apart(text)
    _check_words(parts, "number")
    return _number(parts, decimal)


def read_amount(text: str, decimal: str = "") -> Amount:
    """Return an amount and its currency: `1.234,56 €` -> ("1234.56", "EUR"); `$5` -> ("5", "").

    Raises:
        NotRead: it is no amount, or the words around it are no currency.
    """
    if _COMMON[decimal].fullmatch(text):
        return Amount(_with_point(text, decimal), "")
    parts = _taken_apart(text)
    currency = _currency(parts.before, parts.after)
    if _COMMON[decimal].fullmatch(parts.body) and not parts.negative:
        return Amount(_with_point(parts.body, decimal), currency)
    return Amount(_number(parts, decimal), currency)


def read_percent(text: str, decimal: str = "") -> str:
    """Return a percentage in points: `5%`, `5 %` and `5` -> "5"; `12,5 %` -> "12.5"; 0.05 is 0.05 of a percent.

    Raises:
        NotRead: it is no number, or has other words around it.
    """
    if _COMMON[decimal].fullmatch(text):
        return _with_point(text, decimal)
    parts = _taken_apart(text)
    _check_words(parts, "percent")
    return _number(parts, decimal)


def _with_point(text: str, decimal: str) -> str:
    if decimal == ".":
        return text.replace(",", "")
    if decimal == ",":
        return text.replace(".", "").replace(",", ".")
    return text


def _taken_apart(text: str) -> _Parts:
    simple = _SIMPLE.fullmatch(text)
    if simple:
        return _Parts(False, *simple.groups())
    found = _PARTS.fullmatch(text.translate(_PLAIN).strip())
    if not found:
        raise NotRead("it is not a number")
    before, body, after = found.groups()
    leading = _LEADING_MARK.search(before)
    if leading:  # `.5`
        before, body = before[: leading.start(1)], f"0{leading[1]}{body}"
    after = _NO_CENTS.sub("", after)
    return _Parts(_negative(before, after), _SIGNS.sub("", before), body, _SIGNS.sub("", after))


def _negative(before: str, after: str) -> bool:
    signs = _SIGNS.findall(before + " " + after)
    signs_text = "".join("".join(signs).split())
    if signs_text not in ("", "+", "-", "()"):
        raise NotRead(f"'{signs_text}' around a number has no clear meaning")
    if signs_text == "()" and not ("(" in before and ")" in after):
        raise NotRead("the brackets do not enclose the number")
    return signs_text in ("-", "()")


def _number(parts: _Parts, decimal: str) -> str:
    sign = _evident(parts.body)
    if sign == "?" and not decimal:
        fraction, thousands = parts.body.replace(",", "."), re.sub("[.,]", "", parts.body)
        raise NotRead(f"it could be {fraction} or {thousands}: choose the decimal sign")
    if decimal and sign not in ("", "?", decimal):
        raise NotRead(f"{parts.body} does not fit the column's decimal {_NAMES[decimal]}")
    digits = _digits(parts.body, decimal or sign)
    if parts.negative:
        return f"-{digits}"
    return digits


def _digits(body: str, decimal: str) -> str:
    """Return the digits with a decimal point, given which sign is the decimal. Raises NotRead."""
    whole, fraction = body, ""
    if decimal and decimal in body:
        whole, _, fraction = body.partition(decimal)
        if not _only_digits(fraction):
            raise NotRead(_why_body(body))
    if not _only_digits(whole):
        marks = set(filterfalse(_only_digits, whole))
        # Thousands are grouped by one mark throughout, and in threes, or in twos as in India.
        if len(marks) > 1 or not (_THOUSANDS.fullmatch(whole) or _LAKHS.fullmatch(whole)):
            raise NotRead(_why_body(body))
        whole = whole.replace(marks.pop(), "")
    whole = whole.lstrip("0") or "0"
    if not fraction:
        return whole
    return f"{whole}.{fraction}"


def _evident(body: str) -> str:
    """Return the decimal sign that the number itself shows: a point, a comma, "?" for either, "" for none in it."""
    points, commas = body.count("."), body.count(",")
    if not points and not commas:
        return ""
    if points and commas:  # the last one is the decimal, the others group thousands
        return max(".,", key=body.rindex)
    # A number has one decimal sign, so what is there twice groups thousands.
    if points > 1:
        return ","
    if commas > 1:
        return "."
    mark = "." if points else ","
    before, _, after = body.partition(mark)
    grouped = len(after) == 3 and len(before) <= 3 and _only_digits(before) and not before.startswith("0")
    return "?" if grouped else mark


def _check_words(parts: _Parts, kind: Kind) -> None:
    """Raise NotRead for words around the number that a cell of that kind does not have."""
    words = list(filter(None, (parts.before, parts.after)))
    if kind == "amount":
        _currency(parts.before, parts.after)
    elif words and not (kind == "percent" and len(words) == 1 and _percent().fullmatch(words[0])):
        raise NotRead(_why_words("".join(words)))


@cache
def _percent() -> re.Pattern[str]:
    return re.compile(rf"[%％﹪٪]|{pattern('percent_words')}", re.IGNORECASE)


def _only_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


@lru_cache(maxsize=1024)
def _currency(before: str, after: str) -> str:
    """Return the currency that the words around an amount agree on, "" where they leave several or none are there."""
    meant: frozenset[str] | None = None
    for word in (before, after):
        if word:
            possible = currencies.possible(word)
            if not possible:
                raise NotRead(f"'{word}' is not a currency")
            meant = possible if meant is None else meant & possible
    if meant is None or len(meant) > 1:
        return ""
    if not meant:
        raise NotRead(f"{before} and {after} are two currencies")
    return next(iter(meant))


def _why_words(words: str) -> str:
    if _percent().fullmatch(words):
        return "it is a percentage"
    if currencies.possible(words):
        return f"it has a currency ({words}), which would be lost"
    return f"'{words}' is no part of a number"


def _why_body(body: str) -> str:
    if _SCIENTIFIC.fullmatch(body):
        return "it is in scientific form, so digits may be lost"
    return f"{body} is not a number in one clear way"

"""Number formats of spreadsheets: what kind of value a cell shows, and the text that it shows.

A format adds signs and zeros to a number and never takes digits away: 2134 under `00000` is 02134, 0.05 under `0%`
is 5%, but 16.219 under `0.00` stays 16.219, because the sheet only hides the last digit. Formats that would hide most
of a number (scientific, fractions, thousands) leave it as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

# Formats that a workbook names by number only (ECMA-376 part 1, 18.8.30); those not listed show dates in Asian
# versions, or the number as it is.
BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
    14: "mm-dd-yy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm",
    21: "h:mm:ss", 22: "m/d/yy h:mm", 37: "#,##0;(#,##0)", 38: "#,##0;[Red](#,##0)", 39: "#,##0.00;(#,##0.00)",
    40: "#,##0.00;[Red](#,##0.00)", 41: "#,##0", 42: "$#,##0", 43: "#,##0.00", 44: "$#,##0.00", 45: "mm:ss",
    46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
    **dict.fromkeys((*range(27, 37), *range(50, 59)), "yyyy-mm-dd"),
}  # fmt: skip
Kind = Literal["number", "date", "time", "elapsed"]
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_.|\*.|\[(?P<bracket>[^\]]*)\]|(?P<general>General)|(?P<digits>[0#?][0#?,]*)'
    r"|(?P<power>E[+-])|(?P<half>AM/PM|A/P)|(?P<date>[ymdhs]+)|(?P<mark>[.,%/;@])|(?P<other>.)",
    re.DOTALL | re.IGNORECASE,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?[0-9.]+)$")
_PARTS = r"^(?P<whole>[0-9]*)\.?(?P<fraction>[0-9]*)$"


@dataclass
class Section:
    """Hold one of the `;`-separated parts of a format.

    Attributes:
        condition: a comparison and the number to compare with; None for what is usual in this place.
        prefix: the text before the number.
        suffix: the text behind it.
        runs: the digit places of the whole part, each run with the literal before it ("" for the first).
        fraction: the digit places behind the point.
        percent: how many % signs there are.
        plain: the number is shown as it is.
        word: this text is shown instead of the number.
        dots: how many points there are.
    """

    condition: tuple[str, float] | None = None
    prefix: str = ""
    suffix: str = ""
    runs: list[tuple[str, str]] = field(default_factory=list)
    fraction: str = ""
    percent: int = 0
    plain: bool = False
    word: str = ""
    dots: int = 0

    @property
    def places(self) -> str:
        """Return all digit places of the whole part."""
        return "".join(map(itemgetter(1), self.runs))

    @property
    def whole(self) -> int:
        """Return how many digits before the point are always shown."""
        return self.places.count("0")

    @property
    def adds_digits(self) -> bool:
        """Return whether there are digits among the texts, or zeros before a number that is shorter."""
        literals = self.prefix + self.suffix + "".join(map(itemgetter(0), self.runs))
        return not self.plain and (self.whole > 1 or any(map(str.isdecimal, literals)))

    @property
    def decimals(self) -> int:
        """Return how many decimals are always shown."""
        return self.fraction.count("0")

    @property
    def most(self) -> int:
        """Return how many decimals are shown at most."""
        return len(self.fraction.replace(",", ""))

    @property
    def grouped(self) -> bool:
        """Return whether there are thousands signs."""
        return "," in self.places

    @property
    def bare(self) -> bool:
        """Return whether whole numbers are shown as they are: the format `0`."""
        added = self.prefix.strip() or self.suffix.strip() or self.grouped or self.percent or self.most
        return not added and self.whole <= 1 and len(self.runs) == 1


@dataclass(frozen=True)
class NumberFormat:
    """Hold a compiled format: the kind of value it is for, and for numbers its sections."""

    kind: Kind
    sections: tuple[Section, ...] = ()

    @property
    def plain(self) -> bool:
        """Return whether every number is shown as it is."""
        return self.kind == "number" and all(section.plain for section in self.sections)

    @property
    def adds_digits(self) -> bool:
        """Return whether the format shows digits that a number does not have: leading zeros, or digits of its own."""
        return self.kind == "number" and any(section.adds_digits for section in self.sections)

    def shown(self, numbers: pa.StringArray) -> tuple[pa.StringArray, pa.BooleanArray]:
        """Return the texts that this format shows, and which of them have more decimals than the sheet shows.

        `numbers` are written plainly: -1234.5.
        """
        texts, hidden = numbers, pa.repeat(False, len(numbers))
        left = pa.repeat(True, len(numbers))
        for section, asked in zip(self.sections, self._conditions(), strict=True):
            mine = left if asked is None else pc.and_(left, _meets(numbers, *asked))
            left = pc.and_not(left, mine)
            if not section.plain and pc.any(mine).as_py():
                shown, more = _show(section, numbers, not self._says_minus(section, asked))
                texts, hidden = pc.if_else(mine, shown, texts), pc.or_(hidden, pc.and_(mine, more))
        return texts, hidden

    def _says_minus(self, section: Section, asked: tuple[str, float] | None) -> bool:
        """Return whether the section shows the sign itself: (5), 5 CR.

        That is one for negative numbers that differs from the first one, and not in its colour only.
        """
        first = self.sections[0]
        below = section is not first and asked is not None and asked[0] in ("<", "<=")
        return below and (section.prefix, section.suffix) != (first.prefix, first.suffix)

    def _conditions(self) -> list[tuple[str, float] | None]:
        """Return which numbers each section is for: by default positive; negative; zero."""
        given = [section.condition for section in self.sections]
        if any(given):
            if len(given) == 3 and given[1] is None:
                given[1] = ("<", 0.0)
            return given
        by_count: dict[int, list[tuple[str, float] | None]] = {
            1: [None],
            2: [(">=", 0.0), ("<", 0.0)],
            3: [(">", 0.0), ("<", 0.0), None],
        }
        return by_count[len(given)]


def _meets(numbers: pa.StringArray, sign: str, limit: float) -> pa.BooleanArray:
    compare = {"<": pc.less, "<=": pc.less_equal, ">": pc.greater, ">=": pc.greater_equal, "=": pc.equal}
    return compare.get(sign, pc.not_equal)(pc.cast(numbers, pa.float64()), limit)


def _show(section: Section, numbers: pa.StringArray, signed: bool) -> tuple[pa.StringArray, pa.BooleanArray]:
    """Return what the section shows for all numbers, and which of them have more decimals than that.

    `signed`: negative numbers get a minus.
    """
    if section.word:
        return pa.repeat(section.word, len(numbers)), pa.repeat(False, len(numbers))
    if section.bare:
        return numbers, pc.match_substring(numbers, ".")
    digits = pc.utf8_ltrim(numbers, "-")
    parts = pc.extract_regex(digits, _PARTS)
    whole, fraction = parts.field("whole"), parts.field("fraction")
    if section.percent:
        whole, fraction = _times_hundred(whole, fraction, section.percent)
    more = pc.greater(pc.utf8_length(pc.utf8_rtrim(fraction, "0")), section.most)
    fraction = pc.utf8_rpad(pc.utf8_rtrim(fraction, "0"), section.decimals, "0")
    texts = _joined(section, _whole(section, whole), fraction)
    if signed:
        texts = pc.if_else(pc.starts_with(numbers, "-"), pc.binary_join_element_wise(pa.scalar("-"), texts, ""), texts)
    texts = pc.utf8_trim_whitespace(texts)
    # What is no plain number has no parts: it stays.
    odd = pc.is_null(texts)
    return pc.if_else(odd, numbers, texts), pc.and_not(pc.fill_null(more, False), odd)


def _times_hundred(
    whole: pa.StringArray, fraction: pa.StringArray, times: int
) -> tuple[pa.StringArray, pa.StringArray]:
    """Return the digits before and behind the point of numbers that are multiplied by 100 so many times."""
    shift = 2 * times
    padded = pc.utf8_rpad(fraction, shift, "0")
    whole = pc.binary_join_element_wise(whole, pc.utf8_slice_codeunits(padded, 0, shift), "")
    return whole, pc.utf8_slice_codeunits(padded, shift)


def _whole(section: Section, whole: pa.StringArray) -> pa.StringArray:
    """Return the digits before the point, with leading zeros, thousands signs and literals between them."""
    digits = pc.utf8_lpad(pc.utf8_ltrim(whole, "0"), section.whole, "0")
    if len(section.runs) > 1:
        pattern, written = "^([0-9]*)", r"\1"
        for group, (literal, run) in enumerate(section.runs[1:], 2):
            pattern += f"([0-9]{{{len(run)}}})"
            written += f"{_escaped(literal)}\\{group}"
        return pc.replace_substring_regex(digits, f"{pattern}$", written)
    return _grouped(digits) if section.grouped else digits


def _grouped(digits: pa.StringArray) -> pa.StringArray:
    """Return 1234567 as 1,234,567."""
    done = pa.repeat("", len(digits))
    while pc.any(long := pc.greater(pc.binary_length(digits), 3)).as_py():
        group = pc.binary_join_element_wise(",", pc.utf8_slice_codeunits(digits, -3), done, "")
        done = pc.if_else(long, group, done)
        digits = pc.if_else(long, pc.utf8_slice_codeunits(digits, 0, -3), digits)
    return pc.binary_join_element_wise(digits, done, "")


def _escaped(literal: str) -> str:
    return literal.replace("\\", r"\\")


def _joined(section: Section, whole: pa.StringArray, fraction: pa.StringArray) -> pa.StringArray:
    empty = pc.equal(fraction, "")
    point = pc.if_else(empty, "", ".")
    # Under `#` a zero has no digits; a sheet shows nothing, but a zero is data.
    nothing = pc.and_(empty, pc.equal(whole, ""))
    whole = pc.if_else(nothing, "0", whole)
    return pc.binary_join_element_wise(section.prefix, whole, point, fraction, section.suffix, "")


@lru_cache(maxsize=4096)
def compiled(code: str) -> NumberFormat:
    """Return the format that `code` describes. Any text will do."""
    sections, letters, elapsed = [Section()], "", False
    for token in _TOKEN.finditer(code[:1000]):
        name = token.lastgroup
        if name == "mark" and token[0] == ";":
            sections.append(Section())
        elif name in ("date", "half"):
            if len(sections) == 1:
                letters += "h" if name == "half" else token[0].lower()
            _literal(sections[-1], token[0])
        elif name == "bracket":
            elapsed |= token["bracket"].lower().strip("hms") == "" and token["bracket"] != ""
            _take_bracket(sections[-1], token["bracket"])
        else:
            _take(sections[-1], name, token)
    if elapsed:
        return NumberFormat("elapsed")
    if letters and not sections[0].runs:
        return NumberFormat(_kind_of_moment(set(letters)))
    return NumberFormat("number", tuple(map(_settled, sections[:3])))


def _kind_of_moment(letters: set[str]) -> Kind:
    """Return date or time; `m` alone is a month, beside hours or seconds it is minutes."""
    is_time = letters & set("hs") and not letters & set("yd")
    return "time" if is_time else "date"


def _take_bracket(section: Section, inside: str) -> None:
    """Take in a colour, a condition, or a currency sign with its language ([$€-407])."""
    if inside.startswith("$"):
        _literal(section, inside[1:].partition("-")[0])
    elif condition := _CONDITION.match(inside.strip()):
        section.condition = (condition[1], _number(condition[2]))


def _number(text: str) -> float:
    # A damaged format may have more points than one.
    return float(text) if text.count(".") <= 1 else 0.0


def _take(section: Section, name: str | None, token: re.Match[str]) -> None:
    """Take in what is neither a part of a date nor in brackets."""
    if name == "digits":
        _digits(section, token["digits"])
    elif name in ("quoted", "escaped", "other"):
        _literal(section, token[name])
    elif name in ("power", "general") or token[0] in ("/", "@"):
        section.plain = True
    elif token[0] == "%":
        section.percent += 1
        _literal(section, "%")
    elif token[0] == ".":
        section.dots += 1
    elif token[0] == "," and section.runs:
        section.plain = True  # shown in thousands


def _digits(section: Section, digits: str) -> None:
    if section.dots:
        section.plain |= bool(section.fraction)
        section.fraction += digits
        return
    section.plain |= digits.endswith(",")
    section.runs.append((section.suffix, digits))
    section.suffix = ""


def _literal(section: Section, text: str) -> None:
    """Add a text; it gathers in `suffix`, until digits follow it."""
    if section.runs or section.dots:
        section.suffix += text
    else:
        section.prefix += text


def _settled(section: Section) -> Section:
    """Return the section as it counts: without any digits it shows a word, or else the number.

    An empty section would hide data.
    """
    if not section.runs and not section.fraction and not section.plain:
        section.plain = not any(map(str.isalpha, section.prefix))
        section.word = section.prefix.strip()
    section.plain |= section.dots > 1 or (len(section.runs) > 1 and (section.grouped or len(section.runs) > 8))
    section.plain |= bool(section.places) and not section.places.strip("?,")  # room for a dash that means zero
    return section

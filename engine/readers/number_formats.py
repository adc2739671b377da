"""Number formats of spreadsheets: what kind of value a cell shows, and the text that it shows.

A format adds signs and zeros to a number and never takes digits away: 2134 under `00000` is 02134, 0.05 under `0%`
is 5%, but 16.219 under `0.00` stays 16.219, because the sheet only hides the last digit. Formats that would hide most
of a number (scientific, fractions, thousands) leave it as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
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
    """One of the `;`-separated parts of a format. `runs` are the digit places of the whole part with the literal
    before each but the first; `whole` and `decimals` how many digits are always shown, `most` how many decimals at
    most. `plain`: the number is shown as it is; `word`: this text is shown instead of it.
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
        return "".join(run for _, run in self.runs)

    @property
    def whole(self) -> int:
        return self.places.count("0")

    @property
    def decimals(self) -> int:
        return self.fraction.count("0")

    @property
    def most(self) -> int:
        return len(self.fraction.replace(",", ""))

    @property
    def grouped(self) -> bool:
        return "," in self.places

    @property
    def bare(self) -> bool:
        """Whole numbers, as they are: the format `0`."""
        added = self.prefix.strip() or self.suffix.strip() or self.grouped or self.percent or self.most
        return not added and self.whole <= 1 and len(self.runs) == 1


@dataclass(frozen=True)
class NumberFormat:
    """A compiled format. `plain`: every number is shown as it is."""

    kind: Kind
    sections: tuple[Section, ...] = ()

    @property
    def plain(self) -> bool:
        return self.kind == "number" and all(section.plain for section in self.sections)

    def shown(self, numbers: pa.StringArray) -> tuple[pa.StringArray, pa.BooleanArray]:
        """The texts that this format shows for `numbers`, which are written plainly (-1234.5), and which of them
        have more decimals than the sheet shows."""
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
        """A section for negative numbers that differs from the first one tells the sign itself: (5), 5 CR. One that
        only shows another colour does not."""
        first = self.sections[0]
        below = section is not first and asked is not None and asked[0] in ("<", "<=")
        return below and (section.prefix, section.suffix) != (first.prefix, first.suffix)

    def _conditions(self) -> list[tuple[str, float] | None]:
        """Which numbers each section is for: by default positive; negative; zero."""
        given = [section.condition for section in self.sections]
        if any(given):
            return [given[0], given[1] or ("<", 0.0), given[2]] if len(given) == 3 else given
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
    if section.word:
        return pa.repeat(section.word, len(numbers)), pa.repeat(False, len(numbers))
    if section.bare:
        return numbers, pc.match_substring(numbers, ".")
    digits = pc.utf8_ltrim(numbers, "-")
    parts = pc.extract_regex(digits, _PARTS)
    whole, fraction = parts.field("whole"), parts.field("fraction")
    if section.percent:
        shift = 2 * section.percent
        moved = pc.utf8_rpad(fraction, shift, "0")
        whole = pc.binary_join_element_wise(whole, pc.utf8_slice_codeunits(moved, 0, shift), "")
        fraction = pc.utf8_slice_codeunits(moved, shift)
    more = pc.greater(pc.utf8_length(pc.utf8_rtrim(fraction, "0")), section.most)
    fraction = pc.utf8_rpad(pc.utf8_rtrim(fraction, "0"), section.decimals, "0")
    texts = _joined(section, _whole(section, whole), fraction)
    if signed:
        texts = pc.if_else(pc.starts_with(numbers, "-"), pc.binary_join_element_wise(pa.scalar("-"), texts, ""), texts)
    texts = pc.utf8_trim_whitespace(texts)
    odd = pc.is_null(texts)
    return pc.if_else(odd, numbers, texts), pc.and_not(pc.fill_null(more, False), odd)


def _whole(section: Section, whole: pa.StringArray) -> pa.StringArray:
    """The digits before the point, with leading zeros, thousands signs and literals between them."""
    digits = pc.utf8_lpad(pc.utf8_ltrim(whole, "0"), section.whole, "0")
    if len(section.runs) > 1:
        rest = [(_escaped(literal), len(run)) for literal, run in section.runs[1:]]
        pattern = "^([0-9]*)" + "".join(f"([0-9]{{{size}}})" for _, size in rest) + "$"
        written = r"\1" + "".join(f"{literal}\\{place}" for place, (literal, _) in enumerate(rest, 2))
        return pc.replace_substring_regex(digits, pattern, written)
    return _grouped(digits) if section.grouped else digits


def _grouped(digits: pa.StringArray) -> pa.StringArray:
    """1234567 -> 1,234,567"""
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
    nothing = pc.and_(empty, pc.equal(whole, ""))
    whole = pc.if_else(nothing, "0", whole)
    return pc.binary_join_element_wise(section.prefix, whole, point, fraction, section.suffix, "")


@lru_cache(maxsize=4096)
def compiled(code: str) -> NumberFormat:
    """The format that `code` describes. Any text will do."""
    sections, letters, elapsed = [Section()], "", False
    for token in _TOKEN.finditer(code[:1000]):
        name = token.lastgroup
        if name == "mark" and token[0] == ";":
            sections.append(Section())
        elif name in ("date", "half"):
            letters += "" if len(sections) > 1 else "h" if name == "half" else token[0].lower()
            _literal(sections[-1], token[0])
        elif name == "bracket":
            elapsed |= token["bracket"].lower().strip("hms") == "" and token["bracket"] != ""
            _take_bracket(sections[-1], token["bracket"])
        else:
            _take(sections[-1], name, token)
    if elapsed:
        return NumberFormat("elapsed")
    if letters and not sections[0].runs:
        return NumberFormat("date" if set(letters) & set("yd") or not set(letters) & set("hs") else "time")
    return NumberFormat("number", tuple(_settled(section) for section in sections[:3]))


def _take_bracket(section: Section, inside: str) -> None:
    """A colour, a condition, or a currency sign with its language ([$€-407])."""
    if inside.startswith("$"):
        _literal(section, inside[1:].partition("-")[0])
    elif condition := _CONDITION.match(inside.strip()):
        with_point = condition[2]
        section.condition = (condition[1], float(with_point) if with_point.count(".") <= 1 else 0.0)


def _take(section: Section, name: str | None, token: re.Match[str]) -> None:
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
    """Literals gather in `suffix`, until digits follow them."""
    if section.runs or section.dots:
        section.suffix += text
    else:
        section.prefix += text


def _settled(section: Section) -> Section:
    """A section without any digits shows a word, or else the number: an empty section would hide data."""
    if not section.runs and not section.fraction and not section.plain:
        section.plain = not any(letter.isalpha() for letter in section.prefix)
        section.word = section.prefix.strip()
    section.plain |= section.dots > 1 or (len(section.runs) > 1 and (section.grouped or len(section.runs) > 8))
    section.plain |= bool(section.places) and not section.places.strip("?,")  # room for a dash that means zero
    return section

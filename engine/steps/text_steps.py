"""Steps on the text of a cell: spaces, invisible characters, upper and lower case, length."""

from __future__ import annotations

import unicodedata

import pyarrow as pa
import pyarrow.compute as pc
import regex

from engine.steps.column_kernels import beyond_ascii, cell_bytes, change_case
from engine.steps.step import Context, Example, Outcome, Param, Step, StepError
from engine.values.characters import BOM, LINE_ENDS, SPACES, character_class

EDGES = SPACES + LINE_ENDS + BOM
RUNS = f"{character_class(SPACES)}{{2,}}|{character_class(SPACES.replace(' ', ''))}"
_SIGNS_OF_RUNS = (b"  ", *(space.encode() for space in SPACES if space != " "))
DIGITS_ONLY = "^[0-9]+$"


class Trim(Step):
    """Removes spaces before and after the text: Unicode spaces, tabs, line ends and byte order marks too."""

    slug = "trim"
    label = "Remove spaces around"
    help = "Removes spaces, tabs and line breaks before and after the text; spaces between words stay."
    group = "text"
    safe = True
    kernel = True
    examples = (
        Example(("  Acme Corp  ", "Beta", ""), ("Acme Corp", "Beta", "")),
        Example(("\u00a0ap@acme.com\u2003", "\ufeffName", "\tA B\n"), ("ap@acme.com", "Name", "A B")),
    )

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        return Outcome(pc.utf8_trim(values, EDGES))


class CollapseSpaces(Step):
    """Makes every run of spaces and tabs one plain space; line breaks stay where they are."""

    slug = "collapse_spaces"
    label = "Make several spaces one"
    help = "Makes several spaces in a row one plain space; line breaks stay."
    group = "text"
    safe = True
    kernel = True
    examples = (
        Example(("Acme   Corp", "A\u00a0B", "A\t\tB", ""), ("Acme Corp", "A B", "A B", "")),
        Example(("1 Main  St\nBoston",), ("1 Main St\nBoston",)),
    )

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        text = cell_bytes(values)  # to look for bytes costs next to nothing
        if not any(sign[:1] in text and sign in text for sign in _SIGNS_OF_RUNS):
            return Outcome(values)
        return Outcome(pc.replace_substring_regex(values, RUNS, " "))


class Lowercase(Step):
    """Lower case as Python's `str.lower` has it, final sigma and dotted İ included."""

    slug = "lowercase"
    label = "Make lower case"
    help = "Makes all letters small, as email addresses should be."
    group = "text"
    kernel = True
    examples = (
        Example(("Info@Acme.Com", "", "abc"), ("info@acme.com", "", "abc")),
        Example(("ΟΔΟΣ", "İ", "STRASSE"), ("οδος", "i̇", "strasse")),
    )

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        return Outcome(change_case(values, pc.utf8_lower, str.lower, unlike="İ"))


class Uppercase(Step):
    """Upper case as Python's `str.upper` has it: `ß` becomes `SS`."""

    slug = "uppercase"
    label = "Make upper case"
    help = "Makes all letters capitals, as codes often are."
    group = "text"
    kernel = True
    examples = (Example(("acme001", "straße", ""), ("ACME001", "STRASSE", "")),)

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        return Outcome(change_case(values, pc.utf8_upper, str.upper, unlike="ßŉ"))


class UnicodeNfc(Step):
    """Unicode normal form C: a letter and its accent become one character."""

    slug = "unicode_nfc"
    label = "Store accented letters one way"
    help = "Stores each accented letter as one character, so that equal words compare as equal."
    group = "text"
    safe = True
    kernel = True
    examples = (Example(("Mu\u0308ller", "Müller", ""), ("Müller", "Müller", "")),)

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        return Outcome(beyond_ascii(values, lambda text: unicodedata.normalize("NFC", text)))


class PadLeft(Step):
    """Fills cells of digits only up to a width; longer ones and anything else stay."""

    slug = "pad_left"
    label = "Restore leading zeros"
    help = "Fills numbers from the left up to a length (2134 becomes 02134); cells with other characters stay."
    group = "text"
    kernel = True
    params = (
        Param("width", "integer", "Length", required=True, help="How many characters a full code has."),
        Param("char", "text", "Fill with", default="0"),
    )
    examples = (
        Example(("2134", "02134", "2134-5", "", "123456"), ("02134", "02134", "2134-5", "", "123456"), {"width": 5}),
    )
    width: int
    char: str

    def validate(self) -> None:
        if len(self.char) != 1:
            raise StepError("The step pad_left fills with one character.")
        if not 1 <= self.width <= 200:
            raise StepError("The step pad_left needs a length between 1 and 200.")

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        digits = pc.match_substring_regex(values, DIGITS_ONLY)
        return Outcome(pc.if_else(digits, pc.utf8_lpad(values, self.width, self.char), values))


class Truncate(Step):
    """Cuts texts after `length` characters, never between a letter and its accent or inside an emoji.
    `rest` names a column that keeps what was cut, row by row.
    """

    slug = "truncate"
    label = "Cut long texts"
    help = "Cuts texts that are longer than Odoo stores; what was cut can be kept in a column of its own."
    group = "text"
    kernel = True
    params = (
        Param("length", "integer", "Longest text", required=True, help="In characters."),
        Param("rest", "new_column", "Keep what was cut in"),
    )
    examples = (
        Example(("abcdef", "abc", ""), ("abcd", "abc", ""), {"length": 4}),
        Example(("abcdef", "abc"), ("abcd", "abc"), {"length": 4, "rest": "Cut off"}, added={"Cut off": ("ef", "")}),
    )
    length: int
    rest: str | None

    def validate(self) -> None:
        if self.length < 1:
            raise StepError("The step truncate needs a length of at least 1.")

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        long = pc.greater(pc.utf8_length(values), self.length)
        if not pc.any(long).as_py():
            empty = pa.array([""] * len(values), pa.string())
            return Outcome(values, added={self.rest: empty} if self.rest else {})
        pairs = [self._cut(text) for text in values.to_pylist()]
        kept, cut = (pa.array(side, pa.string()) for side in zip(*pairs, strict=True))
        return Outcome(kept, added={self.rest: cut} if self.rest else {})

    def _cut(self, text: str) -> tuple[str, str]:
        if len(text) <= self.length:
            return text, ""
        end = 0
        for cluster in regex.finditer(r"\X", text):
            if cluster.end() > self.length:
                break
            end = cluster.end()
        end = end or self.length  # one cluster longer than the limit: cut inside it
        return text[:end], text[end:]


class AddPrefix(Step):
    """Puts a text before every filled cell; a second run adds it a second time."""

    slug = "add_prefix"
    label = "Put a text before"
    help = "Puts a text before every cell that is not empty."
    group = "text"
    idempotent = False
    kernel = True
    params = (Param("text", "text", "Text", required=True),)
    examples = (Example(("123", ""), ("C-123", ""), {"text": "C-"}),)
    text: str

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        added = pc.binary_join_element_wise(self.text, values, "")
        return Outcome(pc.if_else(pc.equal(values, ""), values, added))


class AddSuffix(Step):
    """Puts a text after every filled cell; a second run adds it a second time."""

    slug = "add_suffix"
    label = "Put a text after"
    help = "Puts a text after every cell that is not empty."
    group = "text"
    idempotent = False
    kernel = True
    params = (Param("text", "text", "Text", required=True),)
    examples = (Example(("12", ""), ("12 kg", ""), {"text": " kg"}),)
    text: str

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        added = pc.binary_join_element_wise(values, self.text, "")
        return Outcome(pc.if_else(pc.equal(values, ""), values, added))


STEPS = (
    Trim, CollapseSpaces, Lowercase, Uppercase, UnicodeNfc, PadLeft, Truncate, AddPrefix, AddSuffix,
)  # fmt: skip

"""Steps on the text of a cell: spaces, upper and lower case, capitals as in a name, length."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache, partial

import pyarrow as pa
import pyarrow.compute as pc
import regex

from engine.steps.column_kernels import beyond_ascii, cell_bytes, change_case
from engine.steps.step import ColumnStep, Context, Example, Outcome, ValueStep
from engine.steps.step_parameters import Param, StepError
from engine.values.characters import BOM, LINE_ENDS, SPACES, character_class
from engine.values.languages import pattern, words

# What trimming removes: more than str.strip knows, since files glue a byte order mark to their first title.
EDGES = SPACES + LINE_ENDS + BOM
RUNS = f"{character_class(SPACES)}{{2,}}|{character_class(SPACES.replace(' ', ''))}"
# Bytes without which no cell has a run to collapse.
_SIGNS_OF_RUNS = (b"  ", *map(str.encode, SPACES.replace(" ", "")))
DIGITS_ONLY = "^[0-9]+$"


class Trim(ColumnStep):
    """Remove spaces before and after the text: Unicode spaces, tabs, line ends and byte order marks too."""

    slug = "trim"
    label = "Remove spaces around"
    help = "Removes spaces, tabs and line breaks before and after the text; spaces between words stay."
    group = "text"
    phase = "spaces"
    safe = True
    kernel = True
    examples = (
        Example(("  Acme Corp  ", "Beta", ""), ("Acme Corp", "Beta", "")),
        Example(("\u00a0ap@acme.com\u2003", "\ufeffName", "\tA B\n"), ("ap@acme.com", "Name", "A B")),
    )

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        return Outcome(pc.utf8_trim(values, EDGES))


class CollapseSpaces(ColumnStep):
    """Make every run of spaces and tabs one plain space; line breaks stay where they are."""

    slug = "collapse_spaces"
    label = "Make several spaces one"
    help = "Makes several spaces in a row one plain space; line breaks stay."
    group = "text"
    phase = "spaces"
    safe = True
    kernel = True
    examples = (
        Example(("Acme   Corp", "A\u00a0B", "A\t\tB", ""), ("Acme Corp", "A B", "A B", "")),
        Example(("1 Main  St\nBoston",), ("1 Main St\nBoston",)),
    )

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        """Return the column as it is where no cell has a run, which is quick to see in its bytes."""
        if not _has_runs(cell_bytes(values)):
            return Outcome(values)
        return Outcome(pc.replace_substring_regex(values, RUNS, " "))


def _has_runs(text: bytes) -> bool:
    """Tell whether a sign of a run is among the bytes of a column."""
    # One byte is found much faster than three, and most columns lack already that.
    return any(sign[:1] in text and sign in text for sign in _SIGNS_OF_RUNS)


class Lowercase(ColumnStep):
    """Write lower case as Python's `str.lower` has it, final sigma and dotted İ included."""

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
        # Python keeps the dot of İ as a character of its own behind the i.
        return Outcome(change_case(values, pc.utf8_lower, str.lower, unlike="İ"))


class Uppercase(ColumnStep):
    """Write upper case as Python's `str.upper` has it: `ß` becomes `SS`."""

    slug = "uppercase"
    label = "Make upper case"
    help = "Makes all letters capitals, as codes often are."
    group = "text"
    kernel = True
    examples = (Example(("acme001", "straße", ""), ("ACME001", "STRASSE", "")),)

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        # Python makes two characters of each of these.
        return Outcome(change_case(values, pc.utf8_upper, str.upper, unlike="ßŉ"))


class UnicodeNfc(ColumnStep):
    """Write Unicode normal form C: a letter and its accent become one character."""

    slug = "unicode_nfc"
    label = "Store accented letters one way"
    help = "Stores each accented letter as one character, so that equal words compare as equal."
    group = "text"
    phase = "characters"
    safe = True
    kernel = True
    examples = (Example(("Mu\u0308ller", "Müller", ""), ("Müller", "Müller", "")),)

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        """Compose the cells beyond ASCII; plain letters have only one form."""
        return Outcome(beyond_ascii(values, partial(unicodedata.normalize, "NFC")))


class PadLeft(ColumnStep):
    """Fill cells of digits only up to a width; longer ones and anything else stay."""

    slug = "pad_left"
    label = "Restore leading zeros"
    help = "Fills numbers from the left up to a length (2134 becomes 02134); cells with other characters stay."
    group = "text"
    phase = "length"
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
        """Check that the fill is one character, and that the length makes sense."""
        if len(self.char) != 1:
            raise StepError("The step pad_left fills with one character.")
        if not 1 <= self.width <= 200:
            raise StepError("The step pad_left needs a length between 1 and 200.")

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        # Arrow pads every cell; those of other characters then keep their text.
        digits = pc.match_substring_regex(values, DIGITS_ONLY)
        return Outcome(pc.if_else(digits, pc.utf8_lpad(values, self.width, self.char), values))


class Truncate(ColumnStep):
    """Cut texts after `length` characters, never between a letter and its accent or inside an emoji.

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
        """Check that something would be left."""
        if self.length < 1:
            raise StepError("The step truncate needs a length of at least 1.")

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        """Return the column as it is where nothing is too long; otherwise cut the long texts one by one."""
        long = pc.greater(pc.utf8_length(values), self.length)
        if not pc.any(long).as_py():
            return self._outcome(values, pa.array([""] * len(values), pa.string()))
        kept, cut = zip(*map(self._cut, values.to_pylist()), strict=True)
        return self._outcome(pa.array(kept, pa.string()), pa.array(cut, pa.string()))

    def _outcome(self, kept: pa.Array, cut: pa.Array) -> Outcome:
        if not self.rest:
            return Outcome(kept)
        return Outcome(kept, added={self.rest: cut})

    def _cut(self, text: str) -> tuple[str, str]:
        if len(text) <= self.length:
            return text, ""
        # A cluster (\\X) is what people take for one character: a letter with its accents, an emoji of several signs.
        end = 0
        for cluster in regex.finditer(r"\X", text):
            if cluster.end() > self.length:
                break
            end = cluster.end()
        end = end or self.length  # one cluster longer than the limit: cut inside it
        return text[:end], text[end:]


class AddPrefix(ColumnStep):
    """Put a text before every filled cell; a second run adds it a second time."""

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


class AddSuffix(ColumnStep):
    """Put a text after every filled cell; a second run adds it a second time."""

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


# A word ends at a hyphen, bracket or comma, but not at an apostrophe, a full stop or an & within: A&B, O'Neil, Inc.
_WORD = regex.compile(r"[^\s\-‐–/,;:()\[\]\"“”&+]+(?:&[^\s&]+)?|.", regex.S)
_INITIALS = regex.compile(r"(?:\p{L}\.){2,}\p{L}?\.?")
# With three letters behind it: MCI and MCA are abbreviations.
_SCOTTISH = regex.compile(r"mc\p{L}{3,}(?:['’]s)?", regex.I)
# O'Neil, D'Angelo, L'Oréal; three letters at least, so that an s behind an apostrophe stays small.
_ELISION = regex.compile(r"([odlm])(['’])(\p{L}{3,})", regex.I)
_VOWELS = regex.compile(r"[aeiouyäöüàáâãåèéêëìíîïòóôõùúûœæø]", regex.I)


def titled(text: str) -> str:
    """Return the text with capitals as in a name: words that mix both cases stay as they were typed."""
    parts = _WORD.findall(text)
    # One word in capitals may be an abbreviation; a whole text in capitals shows nothing by them.
    words_in_it = [part for part in parts if part[0].isalpha()]
    shouting = text.isupper() and len(words_in_it) != 1
    done, first = [], True
    for part in parts:
        done.append(_word(part, first=first, shouting=shouting))
        first = first and not part[0].isalnum()
    return "".join(done)


def _word(word: str, *, first: bool, shouting: bool) -> str:
    lower = word.lower()
    # Who typed iPhone or eBay meant it.
    if "@" in word or not (word.islower() or word.isupper()):
        return word
    small = lower in _small_words()
    if small and not first and (word.islower() or shouting):
        return lower
    if lower in _fixed_capitals() and not (first and small):
        return _fixed_capitals()[lower]
    if any(map(str.isdigit, word)):  # a code, but for 1ST and 2ND
        return _ordinal().sub(_with_small_ending, word)
    if _INITIALS.fullmatch(word):
        return word.upper()
    if word.isupper() and _abbreviation(word, shouting=shouting):
        return word
    return _capitalised(lower)


@cache
def _small_words() -> frozenset[str]:
    return frozenset(words("small_words"))


@cache
def _fixed_capitals() -> Mapping[str, str]:
    """Return the words that are written in one way whatever the cell has, by their lower case."""
    return {word.lower(): word for word in words("fixed_capitals")}


@cache
def _ordinal() -> regex.Pattern[str]:
    return regex.compile(rf"(\d+)({pattern('ordinal_endings')})", regex.I)


def _with_small_ending(ordinal: regex.Match[str]) -> str:
    return str(ordinal[1] + ordinal[2].lower())


def _abbreviation(word: str, *, shouting: bool) -> bool:
    """Tell whether capitals are meant: no vowel (KPMG), or few letters in a text that has small ones too (IBM)."""
    if len(word) <= 3 and not shouting:
        return True
    return len(word) <= 5 and not _VOWELS.search(word)


def _capitalised(lower: str) -> str:
    elided = _ELISION.fullmatch(lower)
    if elided:
        return elided[1].upper() + elided[2] + _capitalised(elided[3])
    if _SCOTTISH.fullmatch(lower):
        return "Mc" + lower[2:].capitalize()
    # The first letter may come behind an apostrophe: 'Til.
    for position, one in enumerate(lower):
        if one.isalpha():
            return lower[:position] + lower[position:].capitalize()
    return lower.capitalize()


class TitleCase(ValueStep):
    """Write capitals as in a name: O'Neil, McDonald, IBM, GmbH and Inc. keep theirs."""

    slug = "title_case"
    label = "Capitals as in a name"
    help = "Makes the first letter of each word a capital; O'Neil, McDonald, IBM, GmbH and Inc. come out right."
    group = "text"
    examples = (
        Example(("JOHN O'NEIL", "ronald mcdonald", "IBM", ""), ("John O'Neil", "Ronald McDonald", "IBM", "")),
        Example(
            ("müller gmbh", "ACME INC.", "bank of america", "jean-luc PICARD", "iPhone-Laden"),
            ("Müller GmbH", "Acme Inc.", "Bank of America", "Jean-Luc Picard", "iPhone-Laden"),
        ),
        Example(
            ("ludwig van beethoven", "IBM deutschland", "joe's"),
            ("Ludwig van Beethoven", "IBM Deutschland", "Joe's"),
        ),
    )

    def convert(self, text: str, context: Context) -> str:
        return titled(text)


STEPS = (
    Trim, CollapseSpaces, Lowercase, Uppercase, UnicodeNfc, PadLeft, Truncate, AddPrefix, AddSuffix, TitleCase,
)  # fmt: skip

"""Steps on single characters: invisible and scrambled ones, quotes, accents, signs."""

from __future__ import annotations

import unicodedata

import pyarrow as pa
import pyarrow.compute as pc
import regex

from engine.steps.column_kernels import beyond_ascii, convert_where
from engine.steps.step import ColumnStep, Context, CouldNot, Example, Outcome, ValueStep
from engine.steps.step_parameters import Param
from engine.values.characters import INVISIBLE, visible, without_text_mark
from engine.values.folding import WHOLE_LETTERS


class StripInvisible(ColumnStep):
    """Remove characters that take no room: zero-width spaces, soft hyphens, control and direction marks."""

    slug = "strip_invisible"
    label = "Remove invisible characters"
    help = "Removes characters that nobody sees but that make equal words differ; emoji stay whole."
    group = "text"
    phase = "characters"
    safe = True
    kernel = True
    examples = (
        Example(("Ac\u200bme", "Zuc\u00adker", "A\u200dB", "\ufeffX", ""), ("Acme", "Zucker", "AB", "X", "")),
        Example(("👩\u200d👧", "❤\ufe0f", "می\u200cخواهم"), ("👩\u200d👧", "❤\ufe0f", "می\u200cخواهم")),
    )

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        """Find the few cells with such a character in Arrow, and look closely at those alone."""
        return Outcome(convert_where(values, pc.match_substring_regex(values, INVISIBLE), visible))


class StripTextMark(ColumnStep):
    """Remove the apostrophe by which a spreadsheet marks a text: '00123; one of a word, such as 't Hoff, stays."""

    slug = "strip_text_mark"
    label = "Remove the mark in front of texts"
    help = "Removes the apostrophe that spreadsheets put in front of a code to keep its zeros: '00123 becomes 00123."
    group = "text"
    phase = "characters"
    safe = True
    kernel = True
    examples = (
        Example(("'00123", "'EH1 1YZ", "'+49 30 1", ""), ("00123", "EH1 1YZ", "+49 30 1", "")),
        Example(("'K-0012", "'t Hoff 12", "'90s Bar", "O'Neil 2"), ("K-0012", "'t Hoff 12", "'90s Bar", "O'Neil 2")),
    )

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        marked = pc.starts_with(values, "'")
        return Outcome(convert_where(values, marked, without_text_mark))


class FixMojibake(ColumnStep):
    """Mend text that was read in the wrong encoding (ftfy decides); `keep` lists words that only look so."""

    slug = "fix_mojibake"
    label = "Mend scrambled letters"
    help = "Mends letters that an old export scrambled: schÃ¶n becomes schön."
    group = "text"
    phase = "encoding"
    params = (
        Param("keep", "words", "Leave as they are", default=("DrÃ¥ber",), help="Words that only look scrambled."),
    )
    examples = (
        Example(("schÃ¶n", "Zoë", "â‚¬ 5", "SÃO PAULO", ""), ("schön", "Zoë", "€ 5", "SÃO PAULO", "")),
        Example(("DrÃ¥ber", "DrÃ¥ber aus KÃ¶ln"), ("DrÃ¥ber", "DrÃ¥ber aus Köln")),
    )
    keep: tuple[str, ...]

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        """Mend cells beyond ASCII: what a wrong encoding makes of a letter is never ASCII."""
        return Outcome(beyond_ascii(values, self._mended))

    def validate(self) -> None:
        """Compile the words to keep to one pattern."""
        self._kept: regex.Pattern[str] | None = None
        kept = list(map(regex.escape, filter(None, self.keep)))
        if kept:
            # In a group, so that splitting a text by the pattern leaves the words among the parts.
            self._kept = regex.compile(f"({'|'.join(kept)})")

    def _mended(self, text: str) -> str:
        """Mend a text, but for the words to keep in it; ftfy takes long to import, so only who needs it waits."""
        import ftfy

        if self._kept is None or not self._kept.search(text):
            return ftfy.fix_encoding(text)
        parts = self._kept.split(text)
        parts[::2] = map(ftfy.fix_encoding, parts[::2])  # every second part is a word to keep
        return "".join(parts)


# « » stay: straight, nobody could say which of them opens.
_QUOTES = str.maketrans({**dict.fromkeys("‘’‚‛´ʼ", "'"), **dict.fromkeys("“”„‟", '"')})


class StraightenQuotes(ColumnStep):
    """Make typographic quotes and apostrophes straight; « » are kept."""

    slug = "straighten_quotes"
    label = "Make quotes straight"
    help = "Makes curly quotes and apostrophes straight, so that O’Neil and O'Neil are one name."
    group = "text"
    phase = "characters"
    kernel = True
    examples = (Example(("O’Neil", "“Best” GmbH", ""), ("O'Neil", '"Best" GmbH', "")),)

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        return Outcome(beyond_ascii(values, lambda text: text.translate(_QUOTES)))


# Names are compared in small letters; what is written needs capitals too.
_LETTERS = str.maketrans(
    WHOLE_LETTERS
    | {
        "ß": "ss",
        "ẞ": "SS",
        "Æ": "AE",
        "Œ": "OE",
        "Ø": "O",
        "Ł": "L",
        "Đ": "D",
        "Ð": "D",
        "Þ": "Th",
        "ħ": "h",
        "Ħ": "H",
    }
)
_ACCENTS = regex.compile(r"(?<=[\p{Latin}\p{Greek}])\p{Mn}+")


def without_accents(text: str) -> str:
    """Return Latin and Greek letters without their accents; marks of other scripts are letters there and stay."""
    bare = _ACCENTS.sub("", unicodedata.normalize("NFD", text)).translate(_LETTERS)
    return unicodedata.normalize("NFC", bare)


class RemoveAccents(ColumnStep):
    """Write Latin and Greek letters without accents; ß, æ, ø and their like are written out."""

    slug = "remove_accents"
    label = "Remove accents"
    help = "Writes letters without accents: Müller becomes Muller."
    group = "text"
    kernel = True
    examples = (Example(("Müller", "Ångström", "Łódź", "Straße", ""), ("Muller", "Angstrom", "Lodz", "Strasse", "")),)

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        return Outcome(beyond_ascii(values, without_accents))


class StripSpecial(ValueStep):
    """Keep letters, digits, spaces and the signs in `keep`; a cell of signs alone could not be stripped."""

    slug = "strip_special"
    label = "Remove special characters"
    help = "Removes signs such as ★ or ™; letters, digits, spaces and the signs you name stay."
    group = "text"
    params = (Param("keep", "text", "Signs to keep", default="-_.,&'/@+()#:;"),)
    examples = (
        Example(("Acme™ Corp", "★ Beta", "A & B", ""), ("Acme Corp", "Beta", "A & B", "")),
        Example(("???", "A-1"), ("???", "A1"), {"keep": "."}, could_not=(0,)),
    )
    keep: str

    def validate(self) -> None:
        """Compile the class of characters that are removed; marks (M) are parts of letters in many scripts."""
        self._special = regex.compile(rf"[^\p{{L}}\p{{M}}\p{{N}}\s{regex.escape(self.keep, special_only=False)}]")

    def convert(self, text: str, context: Context) -> str:
        """Remove the signs, and the double spaces that they leave behind."""
        bare, removed = self._special.subn("", text)
        if not removed:
            return text
        if not bare.strip():
            raise CouldNot("nothing would be left")
        return regex.sub(r" {2,}", " ", bare).strip()


STEPS = (StripInvisible, StripTextMark, FixMojibake, StraightenQuotes, RemoveAccents, StripSpecial)

"""Find what is wrong with text as such: spaces, invisible and scrambled characters, words that mean nothing."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

import ftfy
import pyarrow as pa
import pyarrow.compute as pc

from engine.detectors.counted_words import cells_of, counted, counted_times, either, listed, quoted
from engine.profile.column_batch import ODD, SPACE, ColumnBatch, Flags
from engine.profile.column_kinds import formula_error
from engine.profile.detector import CellTally, ColumnContext, ColumnDetector
from engine.profile.profile_results import FindingFacts, Fix
from engine.values import NotRead, personal_names
from engine.values.characters import INVISIBLE, SPACES, character_class, visible, without_text_mark
from engine.values.folding import fold
from engine.values.languages import folded_words, languages, words
from engine.values.text_masks import mask
from engine.values.title_hints import hints_of
from engine.values.yes_no_words import empty_words, means_empty

# Kinds whose findings about form come from detectors of their own.
NUMERIC = frozenset(["number", "money", "percent", "date", "datetime"])
AMOUNTS = frozenset(["number", "money", "percent"])
# Kinds whose values have a form that no word has.
FORMED = frozenset(["email", "url", "phone", "date", "datetime", "postal_code"])
_OF_CODES = frozenset(["code", "postal_code", "phone"])
# An accent that stays apart in the normal form: no letter of a language with Latin script has it.
_STRAY_ACCENT = re.compile("[A-Za-z][\u0300-\u036f]")


class SpacesAround(ColumnDetector):
    """Find spaces before or after the text, no-break spaces and byte order marks among them."""

    pattern = f"^{SPACE}|{SPACE}$"
    indented = "^ {2,}"

    def __init__(self, column: ColumnContext) -> None:
        super().__init__(column)
        self.depths: set[int] = set()  # of the texts that are indented

    def look(self, cells: ColumnBatch) -> None:
        self.tally.add(cells, cells.shaped(self.pattern, within=ODD))
        if self.column.kind == "text":
            for text, _ in cells.frequencies(cells.shaped(self.indented, within=ODD)):
                self.depths.add(len(text) - len(text.lstrip(" ")))

    def findings(self) -> Iterable[FindingFacts]:
        count = self.tally.count
        if count:
            message = f"{cells_of(self.column.kind, count)} {either(count, 'has', 'have')} spaces"
            yield self.found("spaces", self.tally, message, Fix("trim"), safe=not self._shows_levels())

    def _shows_levels(self) -> bool:
        """Return whether spaces in front show what belongs under what, as reports print accounts: 2, 4 and 6."""
        step = min(self.depths, default=0)
        return len(self.depths) > 1 and all(depth % step == 0 for depth in self.depths)


class SpacesInside(ColumnDetector):
    """Find several spaces, tabs or no-break spaces between words."""

    # Several spaces of any kind in a row, or a single one that is no plain space.
    some, odd = character_class(SPACES), character_class(SPACES.replace(" ", ""))
    none = SPACE.replace("[", "[^", 1)
    pattern = f"{none}(?:{some}{{2,}}|{odd}){none}"

    @classmethod
    def wanted(cls, column: ColumnContext) -> bool:
        """Return whether the kind is none of numbers, whose spaces are thousands separators."""
        return column.kind not in NUMERIC

    def look(self, cells: ColumnBatch) -> None:
        self.tally.add(cells, cells.shaped(self.pattern, within=ODD))

    def findings(self) -> Iterable[FindingFacts]:
        count = self.tally.count
        if count:
            cells = f"{cells_of(self.column.kind, count)} {either(count, 'has', 'have')}"
            message = f"{cells} more than one plain space between words"
            # Spaces may be part of a code, by which other sheets refer to the row.
            named = self.column.kind != "code" and "code" not in self.column.hints
            yield self.found("inner_spaces", self.tally, message, Fix("collapse_spaces"), safe=named)


class Invisible(ColumnDetector):
    """Find characters that nobody sees: zero-width spaces, soft hyphens, control and direction marks."""

    def look(self, cells: ColumnBatch) -> None:
        self.tally.add(cells, cells.judged(cells.shaped(INVISIBLE, within=ODD), lambda text: visible(text) != text))

    def findings(self) -> Iterable[FindingFacts]:
        count = self.tally.count
        if count:
            message = f"{cells_of(self.column.kind, count)} {either(count, 'contains', 'contain')} invisible characters"
            yield self.found("invisible", self.tally, message, Fix("strip_invisible"), safe=True)


class TextMarks(ColumnDetector):
    """Find apostrophes by which a spreadsheet marks codes as texts: `'00123`."""

    gate = "^'"

    def __init__(self, column: ColumnContext) -> None:
        super().__init__(column)
        self.filled = 0

    def look(self, cells: ColumnBatch) -> None:
        self.filled += cells.count(cells.filled)
        self.tally.add(cells, cells.judged(cells.shaped(self.gate), lambda text: without_text_mark(text) != text))

    def findings(self) -> Iterable[FindingFacts]:
        """Return a finding; that most cells are marked, or that the title means codes, leaves no doubt."""
        count = self.tally.count
        if count:
            begin = f"{cells_of(self.column.kind, count)} {either(count, 'begins', 'begin')}"
            message = f"{begin} with an apostrophe that a spreadsheet put there to keep a text as it is"
            certain = 2 * count >= self.filled or bool(self.column.hints & _OF_CODES)
            yield self.found("text_marks", self.tally, message, Fix("strip_text_mark"), safe=certain)


class Scrambled(ColumnDetector):
    """Find letters that were read in the wrong encoding: `schÃ¶n`."""

    # UTF-8 read as another encoding: the first byte of a letter shows as Â to ô, or as √, ├, ┬ on old systems.
    gate = r"[\x{c2}-\x{f4}\x{221a}\x{251c}\x{252c}][^\x00-\x7f]"

    @classmethod
    def wanted(cls, column: ColumnContext) -> bool:
        return column.kind not in NUMERIC

    def look(self, cells: ColumnBatch) -> None:
        self.tally.add(cells, cells.judged(cells.shaped(self.gate, within=ODD), is_scrambled))

    def findings(self) -> Iterable[FindingFacts]:
        """Return a finding that shows the first scrambled letter."""
        count = self.tally.count
        if count:
            example = ""
            seen = re.search(r"[\xc2-\xf4][^\x00-\x7f]", " ".join(self.tally.examples))
            if seen:
                example = f" ({seen[0]})"
            message = f"{cells_of(self.column.kind, count)} {either(count, 'has', 'have')} scrambled letters{example}"
            yield self.found("scrambled", self.tally, message, Fix("fix_mojibake"))


@lru_cache(maxsize=8192)
def is_scrambled(text: str) -> bool:
    """Return whether ftfy would mend the text; the word DrÃ¥ber only looks scrambled."""
    return "DrÃ¥ber" not in text and bool(ftfy.fix_encoding(text) != text)


class LostLetters(ColumnDetector):
    """Find letters that were lost before the file came here: `Malm�`, and accents on letters that have none."""

    gate = r"[\x{fffd}\x{0300}-\x{036f}]"

    @classmethod
    def wanted(cls, column: ColumnContext) -> bool:
        return column.kind not in NUMERIC

    def look(self, cells: ColumnBatch) -> None:
        self.tally.add(cells, cells.judged(cells.shaped(self.gate, within=ODD), has_lost_letters))

    def findings(self) -> Iterable[FindingFacts]:
        """Return a finding without a step: nobody knows here what stood there."""
        count = self.tally.count
        if count:
            message = (
                f"{cells_of(self.column.kind, count)} {either(count, 'has', 'have')} letters that were lost when the "
                f"file was made"
            )
            yield self.found("lost_letters", self.tally, message, severity="problem")


def has_lost_letters(text: str) -> bool:
    """Return whether a text holds the sign for an unreadable letter, or an accent that goes with no Latin letter."""
    whole = unicodedata.normalize("NFC", text)
    return "�" in whole or bool(_STRAY_ACCENT.search(whole))


class WebCodes(ColumnDetector):
    """Find codes and tags of web pages: `&amp;`, `<br>`."""

    codes = r"&(?:[A-Za-z]{2,8}[0-9]{0,2}|#[0-9]{2,6}|#[A-Za-z][0-9A-Za-z]{1,5});"
    tags = r"</?[A-Za-z][A-Za-z0-9]*(?:\s[^<>]*)?/?>"

    def __init__(self, column: ColumnContext) -> None:
        super().__init__(column)
        self.coded, self.tagged = CellTally(), CellTally()

    @classmethod
    def wanted(cls, column: ColumnContext) -> bool:
        return column.kind in {"text", "code", "list"}

    def look(self, cells: ColumnBatch) -> None:
        """Count codes by their shape, and tags by their names: `a <b and c> d` is none."""
        self.coded.add(cells, cells.shaped(self.codes, within=ODD))
        self.tagged.add(cells, cells.judged(cells.shaped(self.tags, within=ODD), _has_tag))

    def findings(self) -> Iterable[FindingFacts]:
        count = self.coded.count
        if count:
            message = f"{counted(count, 'cell has', 'cells have')} codes of web pages, such as &amp;"
            yield self.found("web_codes", self.coded, message, Fix("unescape_html"))
        count = self.tagged.count
        if count:
            message = f"{counted(count, 'cell has', 'cells have')} tags of web pages, such as <br>"
            yield self.found("web_tags", self.tagged, message, Fix("strip_tags"))


def _has_tag(text: str) -> bool:
    return bool(
        re.search(r"</?(?:a|b|br|div|em|font|h[1-6]|i|img|li|ol|p|span|strong|table|td|tr|u|ul)[\s/>]", text, re.I)
    )


class FormulaErrors(ColumnDetector):
    """Find cells in which a formula failed: `#REF!`."""

    gate = r"^\s*(?:#[A-Z]|[A-Z][a-z]{2}:[0-9])"

    def look(self, cells: ColumnBatch) -> None:
        self.tally.add(cells, cells.judged(cells.shaped(self.gate, longest=20), is_formula_error))

    def findings(self) -> Iterable[FindingFacts]:
        count = self.tally.count
        if count:
            errors = listed([text.strip() for text in self.tally.examples])
            message = f"{counted(count, 'formula error', 'formula errors')} ({errors})"
            yield self.found("formula_errors", self.tally, message, severity="problem")


def is_formula_error(text: str) -> bool:
    """Return whether a text is `#REF!`, `#DIV/0!`, `#WERT!`; not `#N/A`, which people type as well."""
    return bool(formula_error().fullmatch(text.strip()))


@cache
def _empty_shapes() -> tuple[frozenset[str], int]:
    """Return the masks of the words that mean empty, and the bytes of the longest such cell."""
    longest = max(len(word.encode()) for word in empty_words()) + 8  # with spaces around
    return frozenset(mask(word).lower() for word in empty_words()), longest


class WordsForEmpty(ColumnDetector):
    """Find words that mean empty: `N/A`, `-`, `k.A.`.

    Letters alone are left to countries, states and people's names: NA is Namibia and a region of the world.
    """

    names = frozenset(["country", "state", "person", "city", "language", "unit", "currency"])

    def __init__(self, column: ColumnContext) -> None:
        super().__init__(column)
        self.words: Counter[str] = Counter()
        self.signs_only = column.kind in {"country", "state"} or not column.hints.isdisjoint(self.names)

    def look(self, cells: ColumnBatch) -> None:
        """Ask only cells that have the shape of such a word, and count each word."""
        flags = cells.judged(cells.among(*_empty_shapes()), self._is_one)
        self.tally.add(cells, flags)
        for text, times in cells.frequencies(flags):
            self.words[text.strip()] += times

    def _is_one(self, text: str) -> bool:
        return means_empty(text) and not (self.signs_only and text.strip().isalpha())

    def findings(self) -> Iterable[FindingFacts]:
        """Return the words found, the most frequent first, for the step that empties such cells."""
        count = self.tally.count
        if count:
            words = [word for word, _ in self.words.most_common()]
            message = f"{quoted(words)} {either(len(words), 'means', 'mean')} empty {counted_times(count)}"
            safe = all(map(self._means_nothing_else, words))
            yield self.found("empty_words", self.tally, message, Fix("empty_words", {"words": words}), safe=safe)

    def _means_nothing_else(self, word: str) -> bool:
        """Return whether a word can be nothing but empty here: a dash among amounts may be 0, `none` a name."""
        if self.column.kind in AMOUNTS:
            return any(map(str.isalpha, word))
        return self.column.kind in FORMED or not word.isalpha()


class LinesInside(ColumnDetector):
    """Find texts of several lines: right in an address or a note, in the way elsewhere."""

    pattern = r"\S\s*[\n\r\x0b\x0c\x{85}\x{2028}\x{2029}]\s*\S"

    def look(self, cells: ColumnBatch) -> None:
        self.tally.add(cells, cells.shaped(self.pattern, within=ODD))

    def findings(self) -> Iterable[FindingFacts]:
        count = self.tally.count
        if count:
            message = f"{cells_of(self.column.kind, count)} {either(count, 'has', 'have')} more than one line"
            yield self.found("several_lines", self.tally, message, severity="info")


class LastFirst(ColumnDetector):
    """Find names of people that are written `Last, First`."""

    kinds = frozenset(["text"])
    gate = r"^\s*[^\s,]+(?: [^\s,]+){0,3}, ?[^\s,]+(?: [^\s,]+){0,3}\s*$"

    def __init__(self, column: ColumnContext) -> None:
        super().__init__(column)
        self.cells = 0

    @classmethod
    def wanted(cls, column: ColumnContext) -> bool:
        """Return whether the title says that the texts are names, and the sheet is no list of goods."""
        if column.kind != "text" or column.hints.isdisjoint({"person", "name"}):
            return False
        return "person" in column.hints or not _lists_goods(column)

    def look(self, cells: ColumnBatch) -> None:
        self.cells += cells.count(cells.filled)
        self.tally.add(cells, cells.judged(cells.shaped(self.gate), _is_last_first))

    def findings(self) -> Iterable[FindingFacts]:
        count = self.tally.count
        if count:
            # A comma in one of many names is no habit, unless the column is of people.
            if "person" not in self.column.hints and count < max(2, 0.02 * self.cells):
                return
            message = f"{counted(count, 'name is', 'names are')} 'Last, First'"
            yield self.found("last_first", self.tally, message, Fix("name_split"))


def _lists_goods(column: ColumnContext) -> bool:
    """Return whether the columns beside are of goods (prices, units, article numbers) and none is of people."""
    kinds = {kind for kind, _ in column.others.values()}
    hints: set[str] = set()
    for title in column.others:
        hints |= hints_of(title)
    if kinds & {"email", "phone"} or hints & {"email", "phone", "person", "birth"}:
        return False
    return bool(kinds & {"money"} or hints & {"money", "quantity", "unit", "barcode"})


def _is_last_first(text: str) -> bool:
    """Return whether the step name_split would turn it round: the name of a person, in capitalised words."""
    try:
        personal_names.read(text.strip())
    except NotRead:
        return False
    if personal_names.is_company(text):
        return False
    words = re.split("[ ,]+", text.strip())
    return all(word[:1].isupper() or fold(word) in folded_words("name_particles") for word in words)


class TitlesOfPeople(ColumnDetector):
    """Find titles in front of people's names: `Herr`, `Dr.`, `Mrs`."""

    def __init__(self, column: ColumnContext) -> None:
        super().__init__(column)
        self.letters = CellTally()  # M. Petit: a title where others have one, else the first name's letter

    @classmethod
    def wanted(cls, column: ColumnContext) -> bool:
        """Return whether the title says that the texts are names of people, or of whoever has a phone or an email."""
        if column.kind != "text" or column.hints.isdisjoint({"person", "name"}):
            return False
        return "person" in column.hints or bool(column.neighbours_of("email") or column.neighbours_of("phone"))

    def look(self, cells: ColumnBatch) -> None:
        """Judge texts of several words, and apart from them those that begin with a single letter."""
        self.tally.add(cells, cells.judged(_may_have_title(cells.base), _has_title))
        self.letters.add(cells, cells.judged(cells.shaped(r"^\s*[A-Z]\. +[^\s,]{2}"), _begins_with_letter_title))

    def findings(self) -> Iterable[FindingFacts]:
        """Return one finding for both, unless only single letters are there."""
        if not self.tally.count:
            return
        params: dict[str, Any] = {"title_to": f"{self.column.title} (title)"}
        found = self.tally
        letters = _letters_beside(self.tally.examples)
        if self.letters.count and letters:
            found = CellTally.merged([self.tally, self.letters])
            params["letters"] = letters
        message = f"{counted(found.count, 'name begins', 'names begin')} with a title such as Herr, Dr. or Mrs"
        yield self.found("titles_of_people", found, message, Fix("name_titles", params))


def _may_have_title(texts: pa.StringArray) -> Flags:
    """Return which texts begin with a title, or with one that is joined to another (`Dipl.-Ing.`), and go on."""
    first = pc.struct_field(pc.extract_regex(texts, r"^\s*(?P<first>[^\s,]+) +[^\s,]"), "first")
    word = pc.replace_substring_regex(pc.utf8_lower(first), r"-.*|[.'’]", "")
    titles = {*words("name_titles"), *folded_words("name_titles")}
    flags: Flags = pc.is_in(word, pa.array(sorted(titles), pa.string())).to_numpy(zero_copy_only=False)
    return flags


def _letters_beside(names: Iterable[str]) -> list[str]:
    """Return the single letters that are titles in a language of which one of these names has another title."""
    seen: set[str] = set()
    for name in names:
        seen.update(fold(personal_names.titled(name)[0]).split())
    found = []
    for language in languages():
        own = set(map(fold, words("name_titles", language))) - set(map(fold, words("name_titles", "en")))
        if not own.isdisjoint(seen):
            found += [f"{letter.upper()}." for letter in words("letter_titles", language)]
    return found


def _begins_with_letter_title(text: str) -> bool:
    return fold(text.split()[0]) in folded_words("letter_titles")


@lru_cache(maxsize=65536)
def _has_title(text: str) -> bool:
    return bool(personal_names.titled(text)[0])


class Capitals(ColumnDetector):
    """Find names in capitals or in small letters throughout, among others that are not."""

    one_case = r"^[^a-z]*[^\s0-9a-z]{5}[^a-z]*$|^[^A-Z]*[^\s0-9A-Z]{5}[^A-Z]*$"
    mixed = "[A-Z][a-z]"

    def __init__(self, column: ColumnContext) -> None:
        super().__init__(column)
        self.mixed_count = 0

    @classmethod
    def wanted(cls, column: ColumnContext) -> bool:
        """Return whether the title says that the texts are names of people, companies or cities."""
        return column.kind == "text" and not column.hints.isdisjoint({"person", "name", "city"})

    def look(self, cells: ColumnBatch) -> None:
        """Count names in one case, and beside them those in both."""
        self.tally.add(cells, cells.judged(cells.shaped(self.one_case), _is_one_case))
        self.mixed_count += cells.count(cells.shaped(self.mixed))

    def findings(self) -> Iterable[FindingFacts]:
        """Return the names in one case, unless nearly all are: then it is how the sheet is written."""
        count = self.tally.count
        # A quarter as many names in both cases show that somebody minds.
        if count and self.mixed_count >= count / 4:
            message = f"{counted(count, 'name is', 'names are')} in capitals or small letters only"
            yield self.found("capitals", self.tally, message, Fix("title_case"))


def _is_one_case(text: str) -> bool:
    """Return whether there are only capitals or only small letters, at least five of them in a row."""
    return (text.isupper() or text.islower()) and bool(re.search(r"[^\W\d_]{5}", text))

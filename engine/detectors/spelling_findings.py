"""Find one value in several spellings: in other capitals, with umlauts spelt out, with a letter mistaken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import chain

from engine.detectors.counted_words import counted, counted_times
from engine.detectors.unit_findings import Units
from engine.profile.column_batch import ColumnBatch
from engine.profile.column_kinds import says_something
from engine.profile.detector import CellTally, ColumnContext, ColumnDetector, PendingFinding, Vocabulary
from engine.profile.profile_results import Fix
from engine.values import company_names, countries
from engine.values.folding import fold, umlauts_spelt_out
from engine.values.languages import words_by_key
from engine.values.misspellings import misspelt, misspelt_beside_numbers

CARELESS = 3  # times as often as a careful spelling that a careless one must occur to be right


class Spelling(ColumnDetector):
    """Find one value spelled in several ways: `Möbel` and `MÖBEL`, `Müller GmbH` and `Mueller G.m.b.H.`."""

    kinds = frozenset(["text"])

    def __init__(self, column: ColumnContext) -> None:
        super().__init__(column)
        self.vocabulary = Vocabulary()

    @classmethod
    def wanted(cls, column: ColumnContext) -> bool:
        """Return whether the column holds words; the units of numbers are a finding of their own."""
        return column.kind in cls.kinds and not Units.wanted(column)

    def look(self, cells: ColumnBatch) -> None:
        self.vocabulary.add(cells)

    def findings(self) -> Iterable[PendingFinding]:
        """Return one finding for all values, whose step turns every spelling into the best of its value."""
        spellings = self._spellings()
        if spellings:
            pairs: dict[str, str] = {}
            for best, others in spellings.items():
                pairs |= dict.fromkeys(others, best)
            finding = self.found("spelling", CellTally(), _message(spellings), Fix("map_values", {"pairs": pairs}))
            yield self.vocabulary.pending(finding, pairs)

    def _spellings(self) -> dict[str, list[str]]:
        """Return the best spelling of each value that has several, and the others that the column has."""
        same: dict[str, Counter[str]] = {}
        for text, times in self.vocabulary.stripped().items():
            if says_something(text):
                same.setdefault(self._key(text), Counter())[text] += times
        if "person" not in self.column.hints:
            same = _joined(same)
        found = {}
        for key, spelled in same.items():
            # Texts of signs alone fold to nothing and have nothing in common.
            if key and len(spelled) > 1:
                best = company_names.lawful(_best(spelled))
                found[best] = [text for text in spelled if text != best]
        return found

    def _key(self, text: str) -> str:
        # People of one name but for an umlaut may be two; of a company this is the same name in another hand.
        if "person" in self.column.hints:
            return fold(text)
        return company_names.keys(text)[0]


def _joined(same: Mapping[str, Counter[str]]) -> dict[str, Counter[str]]:
    """Return the spellings by value, where those with umlauts spelt out are added to those with umlauts."""
    joined = dict(same)
    for key, spelled in same.items():
        for spelt_out in {company_names.keys(text)[1] for text in spelled} - {key}:
            if spelt_out in joined and key in joined:
                joined[key] = joined[key] + joined.pop(spelt_out)
    return joined


def _best(spelled: Mapping[str, int]) -> str:
    """Return the spelling of one value that is likeliest to be right."""

    def rank(text: str) -> tuple[float, bool, int, str]:
        weight = spelled[text] / _carelessness(text, spelled)
        return -weight, text.isupper(), company_names.unusual_words(text), text

    return min(spelled, key=rank)


def _carelessness(text: str, others: Iterable[str]) -> float:
    """Return how much oftener a spelling must occur than one with capitals, form and umlauts as they should be."""
    factor = 1.0
    name = " ".join(company_names.parted(text).name)
    if name.islower() or name.isupper():
        factor *= CARELESS
    if company_names.lawful(text) != text:
        factor *= CARELESS
    if text != " ".join(text.split()):
        factor *= CARELESS
    if _spells_out(text, others):
        factor *= CARELESS
    return factor


def _spells_out(text: str, others: Iterable[str]) -> bool:
    """Return whether another spelling has an umlaut where this one has two letters, or none."""
    return not _has_umlaut(text) and any(map(_has_umlaut, others))


def _has_umlaut(text: str) -> bool:
    name = " ".join(company_names.parted(text).name)
    return umlauts_spelt_out(name) != name


def _message(spellings: Mapping[str, list[str]]) -> str:
    """Return the sentence about the value with most spellings, and how many others there are."""
    best = max(spellings, key=lambda text: len(spellings[text]))
    message = f"'{best}' is spelled {len(spellings[best]) + 1} ways"
    if len(spellings) > 1:
        more = counted(len(spellings) - 1, "other value is", "other values are")
        message += f", and {more} spelled more than one way"
    return message


@cache
def _choices() -> frozenset[str]:
    """Return the words of all closed sets, folded."""
    return frozenset(map(fold, chain.from_iterable(words_by_key("closed_sets").values())))


def is_right(text: str) -> bool:
    """Return whether a text is right however rare it is: a country's name, or a word of a closed set."""
    return fold(text) in _choices() or countries.iso_code(text) is not None


class RareSpelling(ColumnDetector):
    """Find a rare value one or two letters from a frequent one: `Birminghxm` beside 200 times `Birmingham`."""

    kinds = frozenset(["text", "country", "state"])

    def __init__(self, column: ColumnContext) -> None:
        super().__init__(column)
        self.vocabulary = Vocabulary()

    @classmethod
    def wanted(cls, column: ColumnContext) -> bool:
        """Return whether values are words; names of people differ by a letter and are all right."""
        return column.kind in cls.kinds and not _names_people(column)

    def look(self, cells: ColumnBatch) -> None:
        self.vocabulary.add(cells)

    def findings(self) -> Iterable[PendingFinding]:
        """Return one finding for all of them, whose step writes the frequent value."""
        counts = self.vocabulary.stripped()
        pairs = misspelt_beside_numbers(counts, is_right) | misspelt(counts, is_right)
        if pairs:
            finding = self.found("rare_spelling", CellTally(), _slip_message(pairs, counts), _fix(pairs))
            yield self.vocabulary.pending(finding, pairs)


def _names_people(column: ColumnContext) -> bool:
    """Return whether the title says people, and the texts do not say otherwise: an owner may be `city council`."""
    if "person" not in column.hints:
        return False
    texts = [text for text, _ in column.sample]
    capitalised = [text for text in texts if text.istitle() and not company_names.parted(text).forms]
    return 2 * len(capitalised) >= len(texts)


def _fix(pairs: Mapping[str, str]) -> Fix:
    return Fix("map_values", {"pairs": dict(pairs)})


def _slip_message(pairs: Mapping[str, str], counts: Counter[str]) -> str:
    text, meant = next(iter(pairs.items()))
    message = f"'{text}' is probably '{meant}'"
    if counts[meant]:
        message += f", which is there {counted_times(counts[meant])}"
    if len(pairs) > 1:
        message += f"; {counted(len(pairs) - 1, 'other rare value looks', 'other rare values look')} like a slip too"
    return message

"""Find what names a record: the columns of its external ID."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.match.described_models import DescribedModel
from engine.match.match_evidence import ColumnEvidence
from engine.match.title_dictionary import kinds
from engine.match.title_meaning import readings
from engine.match.value_scores import ColumnValues
from engine.match.weights import WEIGHTS, MatchWeights
from engine.recipe import KEY_TITLE, NUMBER_SUFFIX

_NAMING_WORDS = frozenset({"number", "code", "id", "external", "reference", "handle", "system"})
_COUNTING_WORDS = frozenset({"number", "position", "line"})  # all that the title of a running number says
_WORDS_BESIDE = frozenset({"flag", "key"})  # they say little in the title of a number
_WAYS_TO_REACH = ("email", "work_email", "email_from", "login")
_PERSON_NAMES = ("name", "contact_name")


@dataclass(frozen=True)
class RecordKey:
    """Hold the titles that name a record.

    They are `composed` where they are words for people, held together by the added column Migration Key.
    """

    titles: tuple[str, ...] = ()
    composed: bool = False

    def pattern(self, namespace: str, id_word: str) -> str:
        """Return the ID pattern, "" without a key."""
        return _pattern(namespace, id_word, (KEY_TITLE,) if self.composed else self.titles)


def is_running_number(column: ColumnEvidence) -> bool:
    """Return whether a column only counts the rows: 1, 2, 3 under "#", "No." or "Pos."."""
    return column.counts_rows and any(reading.all_words <= _COUNTING_WORDS for reading in readings(column.title))


def line_pattern(namespace: str, id_word: str, parent_key: str) -> str:
    """Return the ID pattern of lines: their parent's key, and their position below it."""
    return _pattern(namespace, id_word, (parent_key, parent_key + NUMBER_SUFFIX))


def key_of(
    columns: Sequence[ColumnValues], filled: Mapping[str, str], model: DescribedModel, weights: MatchWeights = WEIGHTS
) -> RecordKey:
    """Return what names a record of the model; `filled` holds by field the title that fills it.

    These are the columns of its key fields, else another number of its own, else a person's name and address.
    """
    usable: dict[str, ColumnValues] = {}
    for values in columns:
        # An ID pattern could not tell a brace in a title from its own.
        if not set("{}") & set(values.column.title) and not is_running_number(values.column):
            usable[values.column.title] = values
    key_fields = model.records.key_fields
    # Several key fields make up a key together (a product in a location), so none of them must be unique alone.
    titles = tuple(filled[name] for name in key_fields if filled.get(name) in usable)
    if titles and (len(key_fields) > 1 or _tells_apart(usable[titles[0]], weights)):
        return RecordKey(titles)
    for title in _own_numbers(usable, filled, model):
        if _tells_apart(usable[title], weights):
            return RecordKey((title,))
    return RecordKey(titles) if titles else _by_person(usable, filled)


def _pattern(namespace: str, id_word: str, titles: Sequence[str]) -> str:
    if not titles:
        return ""
    return ".".join([namespace, id_word, *(f"{{{title}}}" for title in titles)])


def _tells_apart(values: ColumnValues, weights: MatchWeights) -> bool:
    """Return whether a column names records.

    It could be a key, its repetitions were not counted, or they are so few that they are mistakes. A column with many
    gaps names the rows of something else, such as the first line of each order.
    """
    column = values.column
    if column.filled < weights.unique_share * column.rows:
        return False
    return column.could_be_key or not column.distinct or column.distinct >= weights.unique_share * max(column.filled, 1)


def _own_numbers(usable: Mapping[str, ColumnValues], filled: Mapping[str, str], model: DescribedModel) -> Iterator[str]:
    """Yield the unmapped columns whose titles name a number, code or ID of the record itself."""
    expected = _NAMING_WORDS | _WORDS_BESIDE | model.records.words | kinds()["neutral"]
    # A number that fills a field belongs to that field's record, not to this one.
    mapped = set(filled.values())
    for title in usable:
        if title in mapped:
            continue
        for reading in readings(title):
            if reading.words & _NAMING_WORDS and reading.words <= expected and not reading.unknown:
                yield title
                break


def _by_person(usable: Mapping[str, ColumnValues], filled: Mapping[str, str]) -> RecordKey:
    """Return a name and an address together: either alone may be shared, and an address changes."""
    titles = []
    for fields in (_PERSON_NAMES, _WAYS_TO_REACH):
        for field in fields:
            if filled.get(field) in usable:
                titles.append(filled[field])
                break
    return RecordKey(tuple(titles), composed=len(titles) > 1)

"""What names a record: the columns of its external ID."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.match.model_knowledge import Known
from engine.match.title_dictionary import kinds
from engine.match.title_meaning import readings
from engine.match.value_shares import Values
from engine.recipe import KEY_TITLE, NUMBER_SUFFIX

_NAMING = frozenset({"number", "code", "id", "external", "reference", "handle", "system"})
_SAYS_LITTLE = frozenset({"flag", "key"})
_WAYS_TO_REACH = ("email", "work_email", "email_from", "login")
_NAMES = ("name", "contact_name")
_NEARLY_ALL = 0.9  # different cells from which on a column names records: some are repeated by mistake


@dataclass(frozen=True)
class Key:
    """The titles that name a record. `composed`: words for people, held together by the added column Migration Key."""

    titles: tuple[str, ...] = ()
    composed: bool = False

    def pattern(self, namespace: str, short: str) -> str:
        """The ID pattern, "" without a key."""
        return _pattern(namespace, short, (KEY_TITLE,) if self.composed else self.titles)


def line_pattern(namespace: str, short: str, parent_key: str) -> str:
    """The ID pattern of lines: their parent's key, and their place below it."""
    return _pattern(namespace, short, (parent_key, parent_key + NUMBER_SUFFIX))


def key_of(columns: Sequence[Values], filled: Mapping[str, str], known: Known) -> Key:
    """What names a record of the model: the columns of its key fields, else another number of its own, else a person's
    name and address. `filled`: field → title.
    """
    usable = {values.column.title: values for values in columns if not set("{}") & set(values.column.title)}
    named = tuple(filled[name] for name in known.key if filled.get(name) in usable)
    if named and (len(known.key) > 1 or _tells_apart(usable[named[0]])):
        return Key(named)
    unique = next((title for title in _numbers(usable, filled, known) if _tells_apart(usable[title])), "")
    if unique:
        return Key((unique,))
    return Key(named) if named else _by_person(usable, filled)


def _pattern(namespace: str, short: str, titles: Sequence[str]) -> str:
    return ".".join([namespace, short, *(f"{{{title}}}" for title in titles)]) if titles else ""


def _tells_apart(values: Values) -> bool:
    """Whether a column names records: it could be a key, or nothing is known of its repetitions."""
    column = values.column
    return column.could_be_key or not column.distinct or column.distinct >= _NEARLY_ALL * max(column.filled, 1)


def _numbers(usable: Mapping[str, Values], filled: Mapping[str, str], known: Known) -> Iterator[str]:
    """Unmapped columns whose titles speak of a number, code or ID of the record itself."""
    little = _NAMING | _SAYS_LITTLE | known.words | kinds()["neutral"]
    for title in usable:
        own = (one.words & _NAMING and not one.words - little and not one.unknown for one in readings(title))
        if title not in set(filled.values()) and any(own):
            yield title


def _by_person(usable: Mapping[str, Values], filled: Mapping[str, str]) -> Key:
    """A name and an address together: either alone may be shared, and an address changes."""
    found = (next((filled[one] for one in ways if filled.get(one) in usable), "") for ways in (_NAMES, _WAYS_TO_REACH))
    both = tuple(title for title in found if title)
    return Key(both, composed=len(both) > 1)

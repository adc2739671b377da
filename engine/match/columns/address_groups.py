"""Keep addresses apart: street, town and country of a record all come from one group of columns.

A group is told by what its titles say besides the part of an address: "Billing Street", "Ort (Lieferadresse)",
"POCity". Columns that say nothing of the kind belong to every record's first address.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.match.field_candidates import FieldCandidate
from engine.match.match_files import load
from engine.match.sheet_to_match import SheetToMatch
from engine.match.title_dictionary import kinds
from engine.match.title_meaning import readings
from engine.match.title_tokens import pieces
from engine.match.value_scores import ColumnValues

Qualifier = frozenset[str]

_PARTS = frozenset(["street", "street2", "zip", "city", "state_id", "country_id"])
_PLACES = frozenset(["street", "zip", "city"])  # a country alone is no address
_NOTHING = Qualifier()
_WHO = frozenset(["company", "name", "firstname", "lastname", "contact", "person", "phone", "email"])
# A group that is filled in less than this share of the rows of the fullest one is no first address.
_FILLED_SHARE = 0.5


@dataclass
class AddressGroup:
    """Hold the columns of one address.

    Attributes:
        qualifier: what their titles say besides the part of an address.
        columns: the positions of the columns, each with the parts that it may be.
        filled: in how many rows the fullest of them is filled; 0 where that was not counted.
    """

    qualifier: Qualifier
    columns: dict[int, frozenset[str]] = field(default_factory=dict)
    filled: int = 0

    @property
    def parts(self) -> frozenset[str]:
        """Return the parts of an address that the group has."""
        return frozenset[str]().union(*self.columns.values())


def other_addresses(found: Sequence[Sequence[FieldCandidate]], sheet: SheetToMatch) -> list[dict[str, str]]:
    """Return for each column the parts of an address that it must not fill, each with the reason."""
    reasons: list[dict[str, str]] = [{} for _ in found]
    groups = address_groups(found, sheet.columns)
    first = first_address(groups)
    if first is None:
        return reasons
    for group in groups:
        if group is first:
            continue
        for position, parts in group.columns.items():
            # A title without any such word may complete the address, but not take a part of it over.
            if not group.qualifier:
                parts = parts & first.parts
            reason = f"belongs to another address than '{sheet.titles[min(first.columns)]}'"
            reasons[position] = dict.fromkeys(parts, reason)
    return reasons


def address_groups(found: Sequence[Sequence[FieldCandidate]], columns: Sequence[ColumnValues]) -> list[AddressGroup]:
    """Return the groups of columns that hold addresses, in the order of the sheet."""
    named: dict[Qualifier, AddressGroup] = {}
    for position, (candidates, values) in enumerate(zip(found, columns, strict=True)):
        if not candidates or candidates[0].field.name not in _PARTS or _is_no_part(values.column.title):
            continue
        qualifier = _qualifier(values.column.title, candidates[0])
        group = named.setdefault(qualifier, AddressGroup(qualifier))
        parts = {candidate.field.name for candidate in candidates}
        group.columns[position] = frozenset(parts & _PARTS)
        group.filled = max(group.filled, values.column.filled)
    return list(named.values())


def _is_no_part(title: str) -> bool:
    """Return whether a title of an address means who is there, and not where: "Default Address Company"."""
    return any(reading.words & _WHO for reading in readings(title))


def first_address(groups: Sequence[AddressGroup]) -> AddressGroup | None:
    """Return the group that is a record's own address; None where there is only one, or none is an address."""
    places = [group for group in groups if group.parts & _PLACES]
    if len(groups) < 2 or not places:
        return None
    fullest = max(group.filled for group in places)
    filled = [group for group in places if group.filled >= _FILLED_SHARE * fullest]
    return min(filled, key=_rank)


def _rank(group: AddressGroup) -> tuple[int, int, int]:
    """Return what puts a group first: its words, how many parts it has, its place in the sheet."""
    return _rank_of_words(group.qualifier), -len(group.parts), min(group.columns)


def _rank_of_words(qualifier: Qualifier) -> int:
    words = load("groups")["address"]
    if qualifier & set(words["later"].split()):
        return 2
    return 0 if qualifier <= set(words["first"].split()) else 1


def _qualifier(title: str, candidate: FieldCandidate) -> Qualifier:
    """Return what a title says besides the part of an address; nothing for a plain one."""
    little = kinds()["neutral"] - set(load("groups")["address"]["first"].split())
    for reading in readings(title):
        if candidate.words <= reading.all_words:
            telling = reading.all_words - candidate.words - little - {"address"}
            return telling or _silent_beginning(title)
    return _NOTHING


def _silent_beginning(title: str) -> Qualifier:
    """Return a short beginning that no meaning came out of: the "SA" of "SACity"."""
    first, *others = pieces(title) or ("",)
    if others and len(first) > 1 and first in kinds()["stop"]:
        return Qualifier([first])
    return _NOTHING

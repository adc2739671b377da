"""Find the second address that a sheet of contacts has beside each record's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.match.columns.address_groups import AddressGroup, address_groups, first_address
from engine.match.columns.name_columns import names_person
from engine.match.described_models import described_model
from engine.match.field_candidates import FieldCandidate, field_candidates
from engine.match.further.main_records import MainRecords, step
from engine.match.match_evidence import FieldSuggestion, TargetSuggestion
from engine.match.title_meaning import readings
from engine.match.title_tokens import pieces
from engine.match.weights import SECOND_ADDRESS

# In this order the parts of two addresses are compared. A country alone makes no address.
_COMPARED = ("street", "street2", "city", "state_id", "zip")
_PLACES = frozenset(["street", "zip", "city"])
_OTHER_TYPES = (
    ("invoice", frozenset(["billing", "invoice"]), "Invoice address"),
    ("other", frozenset(["private", "second", "2", "3", "alt", "old", "other"]), "Further address"),
)
_DELIVERY = ("delivery", "Delivery address")


def second_addresses(main: MainRecords) -> Iterator[TargetSuggestion]:
    """Yield a target for each group of columns with another address than the record's own."""
    model = described_model(main.target.model, main.sheet.catalog, main.sheet.weights)
    found = field_candidates(model, main.sheet)
    groups = address_groups(found, main.sheet.columns)
    first = first_address(groups)
    if first is None:
        return
    own = _titles_by_part(first, found, main.sheet.titles)
    taken: set[str] = set()
    for group in groups:
        parts = _titles_by_part(group, found, main.sheet.titles)
        if group is first or not group.filled or len(parts.keys() & _PLACES) < 2:
            continue
        type_, made = _type(group)
        if type_ not in taken:
            taken.add(type_)
            yield _target(main, own, parts, type_, main.free_title(made))


def _titles_by_part(
    group: AddressGroup, found: Sequence[Sequence[FieldCandidate]], titles: Sequence[str]
) -> dict[str, str]:
    """Return the column of each part of an address; of several that may be one part, the likeliest."""
    best: dict[str, tuple[float, str]] = {}
    for position in group.columns:
        candidate = found[position][0]
        name = candidate.field.name
        if name not in best or candidate.points > best[name][0]:
            best[name] = candidate.points, titles[position]
    return {name: title for name, (_, title) in best.items()}


def _type(group: AddressGroup) -> tuple[str, str]:
    """Return what Odoo calls such an address, and the title of the column that is made for it."""
    for type_, words, made in _OTHER_TYPES:
        if group.qualifier & words:
            return type_, made
    return _DELIVERY


def _target(main: MainRecords, own: dict[str, str], parts: dict[str, str], type_: str, made: str) -> TargetSuggestion:
    compared = [part for part in _COMPARED if part in parts]
    first, *others = [parts[part] for part in compared]
    params: dict[str, object] = {"main_columns": [own[part] for part in compared if part in own], "into": made}
    if others:
        params["columns"] = others
    columns = []
    for title in main.sheet.titles:
        for part, of_part in parts.items():
            if of_part == title:
                columns.append(_field(main, title, part))
    columns += _beside(main, list(parts.values()))
    reason = f"'{first}' and the columns that go with it hold an address of their own"
    return main.further(type_, made, [step(first, "other_address", **params)], columns, SECOND_ADDRESS, reason, type_)


def _field(main: MainRecords, title: str, part: str) -> FieldSuggestion:
    field = main.sheet.catalog.model(main.target.model).fields[part]
    return FieldSuggestion(title, field.import_name, SECOND_ADDRESS, "is a part of the second address")


def _beside(main: MainRecords, titles: Sequence[str]) -> Iterator[FieldSuggestion]:
    """Yield the columns that begin as those of the address do and say who is there, and how to reach them."""
    beginning = _beginning(titles)
    if not beginning:
        return
    taken: set[str] = set()
    for values in main.sheet.columns:
        title = values.column.title
        if title in titles or values.column.is_empty or pieces(title)[: len(beginning)] != beginning:
            continue
        name = _field_beside(title)
        if name and name not in taken:
            taken.add(name)
            yield FieldSuggestion(title, name, SECOND_ADDRESS, "goes with the second address")


def _beginning(titles: Sequence[str]) -> tuple[str, ...]:
    """Return the words with which all titles begin."""
    shared: list[str] = []
    for words in zip(*map(pieces, titles), strict=False):
        if len(set(words)) > 1:
            break
        shared.append(words[0])
    return tuple(shared)


def _field_beside(title: str) -> str:
    words = readings(title)[0].words
    if names_person(title) and not words & {"firstname", "lastname"}:
        return "name"
    for word in ("email", "phone"):
        if word in words:
            return word
    return "name" if words & {"name", "company"} else ""

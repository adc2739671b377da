"""Find the column that holds the records' name: a company's name comes before the name of a person beside it."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter

from engine.match.described_models import DescribedModel
from engine.match.field_candidates import FieldCandidate
from engine.match.sheet_to_match import SheetToMatch
from engine.match.title_meaning import Reading, readings
from engine.match.title_tokens import pieces
from engine.match.value_scores import ColumnValues

# Models whose records are companies or people, with their field for the name of one within the other.
_PARTIES = frozenset(["res.partner"])
_COMPANY = frozenset(["company", "customer", "vendor", "partner", "account", "trade"])
_PART_OF_NAME = frozenset(["firstname", "lastname", "middlename"])
_CONTACT = frozenset(["contact", "person"])
_MORE_THAN_A_NAME = frozenset(["number", "code", "id", "reference", "type", "group", "category", "parent", "owner"])
_NAME = "name"
_NAME_FIELDS = (_NAME, "child_ids")
# A column of company names is filled in most rows, and hardly any company comes twice.
_MOST_ROWS = 0.5
_MOSTLY_DIFFERENT = 0.9


def people_beside_a_company(
    found: Sequence[Sequence[FieldCandidate]], company: str, sheet: SheetToMatch
) -> list[dict[str, str]]:
    """Return for each column but that of the companies' names what it must not fill, with the reason."""
    reasons: list[dict[str, str]] = [{} for _ in found]
    for position, title in enumerate(sheet.titles):
        if title == company:
            continue
        if names_person(title):
            reasons[position] = dict.fromkeys(_NAME_FIELDS, f"names a person of the company in '{company}'")
        else:
            reasons[position] = {_NAME: f"'{company}' holds the name"}
    return reasons


def company_name_title(found: Sequence[Sequence[FieldCandidate]], model: DescribedModel, sheet: SheetToMatch) -> str:
    """Return the title of the column that names the companies of a sheet of partners; "" where none does.

    None does either where each row is a person and its company comes again in other rows.
    """
    if model.odoo.name not in _PARTIES:
        return ""
    people = [title for title in sheet.titles if names_person(title)]
    best: tuple[float, str] = (0.0, "")
    for candidates, values in zip(found, sheet.columns, strict=True):
        title = values.column.title
        points = _points_of_name(candidates)
        if not points or values.column.kind == "code" or not _may_name_companies(title, people):
            continue
        if not _names_rows(values, unless_counted=_is_contact_name(title)):
            continue
        best = max(best, (points + _share_filled(values), title), key=itemgetter(0))
    return best[1]


def names_person(title: str) -> bool:
    """Return whether a title means the name of a person, whole or in part."""
    return any(_is_person(reading) for reading in readings(title))


def _is_person(reading: Reading) -> bool:
    if reading.words & _MORE_THAN_A_NAME:
        return False
    return bool(reading.words & _PART_OF_NAME) or reading.words >= _CONTACT or reading.words == {"contact"}


def _may_name_companies(title: str, people: Sequence[str]) -> bool:
    """Return whether a title means a company's name; "Contact Name" does where others hold first and last names."""
    for reading in readings(title):
        if reading.words & _MORE_THAN_A_NAME:
            continue
        if reading.words & _COMPANY and not _is_person(reading):
            return True
    return title in people and _is_contact_name(title) and _has_first_and_last_name(people)


def _is_contact_name(title: str) -> bool:
    return set(pieces(title)) == {"contact", "name"}


def _has_first_and_last_name(people: Sequence[str]) -> bool:
    words = frozenset[str]().union(*(reading.words for title in people for reading in readings(title)))
    return {"firstname", "lastname"} <= words


def _points_of_name(candidates: Sequence[FieldCandidate]) -> float:
    for candidate in candidates:
        if candidate.field.name in _NAME_FIELDS and not candidate.ruled_out:
            return candidate.points
    return 0.0


def _names_rows(values: ColumnValues, *, unless_counted: bool) -> bool:
    """Return whether the column is filled in most rows and nearly every value is another."""
    column = values.column
    if not column.rows:
        return unless_counted
    if column.filled < _MOST_ROWS * column.rows:
        return False
    return column.distinct >= _MOSTLY_DIFFERENT * column.filled


def _share_filled(values: ColumnValues) -> float:
    return values.column.filled / max(values.column.rows, 1)

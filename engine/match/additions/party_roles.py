"""Say of partners whether they are customers or vendors, companies or people, where the sheet or its rows tell."""

from __future__ import annotations

from collections.abc import Sequence

from engine.match.additions.target_additions import Addition, filled_fields, free_title, made_column, step_on
from engine.match.match_evidence import TargetSuggestion
from engine.match.sheet_to_match import SheetToMatch
from engine.match.title_meaning import readings
from engine.match.value_scores import ColumnValues
from engine.sources.source_systems import plain_title
from engine.values import personal_names

_RANKS = {"customer": "customer_rank", "vendor": "supplier_rank"}
_COMPANY_TYPE = "company_type"
_COMPANY_FIELDS = frozenset(["is_company", _COMPANY_TYPE])
# Share of names with a legal form from which on the others of a sheet are companies, too.
_MOSTLY_COMPANIES = 0.5
_MOST_NAMES = 2000  # names that are looked at
_FEWEST_ROWS = 3


def party_role(target: TargetSuggestion, sheet: SheetToMatch) -> Addition:
    """Return what says that partners are customers, vendors or both."""
    filled = filled_fields(target)
    if filled.keys() & set(_RANKS.values()):
        return Addition()
    telling = {party: _telling_columns(party, sheet) for party in _RANKS}
    if all(telling.values()):
        return _role_by_row(telling, sheet)
    party = _party_of_sheet(filled, sheet)
    return Addition(values={_RANKS[party]: "1"}) if party else Addition()


def _role_by_row(telling: dict[str, list[str]], sheet: SheetToMatch) -> Addition:
    """Return steps that mark the rows in which a column is filled that only customers have, or only vendors."""
    steps, columns = [], []
    for party, (first, *others) in telling.items():
        made = free_title(f"Is {party}", sheet)
        steps.append(step_on(first, "mark_filled", columns=others, into=made))
        reason = f"filled columns such as '{first}' say who is a {party}"
        columns.append(made_column(made, _RANKS[party], reason))
    return Addition(steps=steps, columns=columns)


def _telling_columns(party: str, sheet: SheetToMatch) -> list[str]:
    """Return the columns that are filled in some rows, and only where the record is such a party."""
    told = sheet.source.details.roles.get(party, ()) if sheet.source else ()
    found = []
    for values in sheet.columns:
        column = values.column
        if 0 < column.filled < column.rows and (plain_title(column.title) in told or _is_its_account(party, values)):
            found.append(column.title)
    return found


def _is_its_account(party: str, values: ColumnValues) -> bool:
    """Return whether a title means the number or ledger account of such a party: "Debitorenkonto"."""
    words = readings(values.column.title)[0].all_words
    account = "receivable" if party == "customer" else "payable"
    return words in ({party, "number"}, {party, "account"}, {account, "account"}, {party, "ledger", "account"})


def _party_of_sheet(filled: dict[str, str], sheet: SheetToMatch) -> str:
    """Return what the sheet's name calls its records, else what their number and name are called; "" for neither."""
    for texts in ([sheet.name], [filled.get("ref", "")], [filled.get("name", "")]):
        words = frozenset[str]().union(*(reading.words for text in texts for reading in readings(text)[:1]))
        parties = [party for party in _RANKS if party in words]
        if len(parties) == 1:
            return parties[0]
        if parties:
            return ""
    return ""


def company_or_person(target: TargetSuggestion, sheet: SheetToMatch, people: Sequence[str]) -> Addition:
    """Return what says which partners are companies.

    Args:
        target: what the sheet becomes.
        sheet: the sheet.
        people: the titles of the columns that make up one person's name beside the partner's name.
    """
    filled = filled_fields(target)
    names = _values_of(filled.get("name", ""), sheet)
    if names is None or filled.keys() & _COMPANY_FIELDS or names.column.rows < _FEWEST_ROWS:
        return Addition()
    cells = sorted(names.column.values or names.samples)[:_MOST_NAMES]
    companies = sum(map(personal_names.is_company, cells))
    if companies < _MOSTLY_COMPANIES * len(cells):
        return Addition()
    made = free_title("Company or person", sheet)
    step = step_on(names.column.title, "company_or_person", otherwise="company", into=made)
    if people:
        step = step_on(
            names.column.title, "company_or_person", otherwise="company", person_columns=list(people), into=made
        )
    reason = f"{companies:,} of {len(cells):,} names have a legal form"
    return Addition(steps=[step], columns=[made_column(made, _COMPANY_TYPE, reason)])


def _values_of(title: str, sheet: SheetToMatch) -> ColumnValues | None:
    for values in sheet.columns:
        if values.column.title == title:
            return values
    return None

"""Suggest the step that joins first and last name to the name of a record."""

from __future__ import annotations

from engine.match.additions.target_additions import Addition, filled_fields, free_title, made_column, step_on
from engine.match.match_evidence import TargetSuggestion
from engine.match.sheet_to_match import SheetToMatch
from engine.match.title_meaning import readings

_MADE = "Full name"
_NAME_FIELDS = ("name", "contact_name")
# Share of cells of one word from which on a column called "Name" holds last names.
_SINGLE_WORDS = 0.6


def joined_name(target: TargetSuggestion, sheet: SheetToMatch) -> Addition:
    """Return the step that joins two columns, where one of them alone would be a record's name."""
    filled = filled_fields(target)
    first, last = _title_of("firstname", sheet), _title_of("lastname", sheet)
    for name in _NAME_FIELDS:
        title = filled.get(name, "")
        if title and title not in (first, last) and not last and _holds_last_names(title, sheet):
            last = title
        if not first or not last or title not in (first, last):
            continue
        # A column that fills another field says more there.
        other = first if title == last else last
        if other in filled.values():
            return Addition()
        made = free_title(_MADE, sheet)
        used = dict.fromkeys((first, last), f"is joined with the other half of the name, in '{made}'")
        step = step_on(last, "name_join", first_column=first, into=made)
        reason = f"'{first}' and '{last}' are halves of one name"
        return Addition(steps=[step], columns=[made_column(made, name, reason)], used=used)
    return Addition()


def half_names(sheet: SheetToMatch) -> list[str]:
    """Return the columns of first and last name, where the sheet has one of each."""
    halves = [_title_of("firstname", sheet), _title_of("lastname", sheet)]
    return halves if all(halves) else []


def _title_of(word: str, sheet: SheetToMatch) -> str:
    """Return the only filled column whose title means this half of a name and nothing else, "" for none or several."""
    found = []
    for values in sheet.columns:
        column = values.column
        if not column.is_empty and readings(column.title)[0].all_words == {word}:
            found.append(column.title)
    return found[0] if len(found) == 1 else ""


def _holds_last_names(title: str, sheet: SheetToMatch) -> bool:
    """Return whether a column that is called "Name" holds single words, as last names are."""
    if readings(title)[0].all_words != {"name"}:
        return False
    samples = next(values.samples for values in sheet.columns if values.column.title == title)
    single = [text for text in samples if len(text.split()) == 1]
    return len(single) > _SINGLE_WORDS * len(samples)

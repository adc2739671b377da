"""Find the people whom a sheet of companies names, one or several in a row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from engine.match.columns.name_columns import names_person
from engine.match.further.company_or_person import kind_params
from engine.match.further.main_records import MainRecords, step
from engine.match.match_evidence import FieldSuggestion, TargetSuggestion
from engine.match.title_meaning import readings
from engine.match.title_tokens import pieces
from engine.match.value_scores import ColumnValues
from engine.match.weights import CONTACT_PERSON, MOST_NOT_NAMES, NAMES_OF_PEOPLE, SAME_NAMES
from engine.values import personal_names

ROLE = "contact"
MADE_TITLE = "Contact person"
_CONTACT = frozenset(["contact", "person"])
_WORDS_OF_NAMES = 4
# What is known of a person besides the name: the words of the title, and the field. The first that fits counts.
_DETAILS = (
    (frozenset(["email"]), "email"),
    (frozenset(["mobile"]), "mobile"),
    (frozenset(["phone"]), "phone"),
    (frozenset(["job", "title"]), "function"),
    (frozenset(["department"]), "function"),
)


_OF_DETAILS = frozenset[str]().union(*(words for words, _ in _DETAILS)) | {"fax"}


@dataclass
class Person:
    """Hold the columns of one person of a row, in the order of the sheet."""

    number: str
    first: str = ""
    last: str = ""
    full: str = ""
    details: dict[str, str] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the columns that make up the name; () where there is no last name and no whole one."""
        if self.full:
            return (self.full,)
        return tuple(filter(None, (self.first, self.last))) if self.last else ()


def people_of_rows(main: MainRecords) -> list[Person]:
    """Return the people that the rows may name beside their company, those without a number first."""
    company = main.name_title
    return _persons(main, company) if company else []


def contact_persons(main: MainRecords, people: Sequence[Person]) -> Iterator[TargetSuggestion]:
    """Yield a target for each of the people of a row."""
    for number, person in enumerate(people, start=1):
        role = ROLE if number == 1 else f"{ROLE}_{number}"
        yield _target(main, main.name_title, person, role, number)


def _target(main: MainRecords, company: str, person: Person, role: str, number: int) -> TargetSuggestion:
    made = main.free_title(MADE_TITLE if number == 1 else f"{MADE_TITLE} {number}")
    params: dict[str, object] = {"person_columns": list(person.names)}
    if made != MADE_TITLE:
        params["into"] = made
    if number == 1:
        params |= kind_params(main)
    columns = [FieldSuggestion(made, "name", CONTACT_PERSON, _named(person.names))]
    for name, title in person.details.items():
        columns.append(FieldSuggestion(title, name, CONTACT_PERSON, "is the person's own"))
    filled = max(main.values(title).column.filled for title in person.names)
    rows = f" in {filled:,} rows" if filled > 1 else ""
    reason = f"{_named(person.names)}{rows}, beside the name in '{company}'"
    steps = [step(company, "contact_person", **params)]
    return main.further(role, made, steps, columns, CONTACT_PERSON, reason, "contact")


def _named(titles: Sequence[str]) -> str:
    listed = " and ".join(f"'{title}'" for title in titles)
    return f"{listed} name{'' if len(titles) > 1 else 's'} a person"


# Which columns are about which person


def _persons(main: MainRecords, company: str) -> list[Person]:
    """Return the people of a row, those without a number first."""
    found: dict[str, Person] = {}
    for values in main.sheet.columns:
        title = values.column.title
        if title == company or not _holds_names(values):
            continue
        if _is_name(title) or (_may_be_name(title) and _holds_full_names(main, company, values)):
            _add_name(found, title)
    whole = {number: person for number, person in found.items() if person.names}
    kept = {number: person for number, person in whole.items() if _is_another(main, company, person)}
    for values in main.sheet.columns:
        if not values.column.is_empty:
            _add_detail(kept, values.column.title)
    return [kept[number] for number in sorted(kept, key=lambda one: (len(one), one))]


def _add_name(found: dict[str, Person], title: str) -> None:
    reading = readings(title)[0]
    # "SAAttentionTo" belongs to an address: whom a parcel is for is no person to talk to.
    if reading.unknown or "attention" in pieces(title) or "attn" in pieces(title)[1:]:
        return
    person = found.setdefault(_number(title), Person(_number(title)))
    if "firstname" in reading.words:
        person.first = person.first or title
    elif "lastname" in reading.words:
        person.last = person.last or title
    elif "middlename" not in reading.words:
        person.full = person.full or title


def _add_detail(persons: Mapping[str, Person], title: str) -> None:
    """Give a column to the person that it is about: one with the same number, or the contact that it speaks of."""
    reading = readings(title)[0]
    person = persons.get(_number(title))
    if person is None or reading.unknown or _is_name(title):
        return
    of_person = bool(reading.words & _CONTACT)
    for words, name in _DETAILS:
        # A company has no job, so that its title need not say whose it is.
        if words <= reading.words and (of_person or name == "function") and len(reading.words - words - _CONTACT) < 2:
            person.details.setdefault(name, title)
            return


def _is_name(title: str) -> bool:
    """Return whether a title means a person's name, and no way to reach one."""
    return names_person(title) and not readings(title)[0].words & _OF_DETAILS


def _may_be_name(title: str) -> bool:
    """Return whether a title means a name and nothing else: "Full Name", "Name"."""
    return readings(title)[0].words == {"name"}


def _number(title: str) -> str:
    """Return the number of the person in a title: "2" for "Person2FirstName", "" for the first or only one."""
    numbers = [piece for piece in pieces(title) if piece.isdigit()]
    words = readings(title)[0].words
    # "Name 2 / Ansprechpartner" counts the lines of a name, not people.
    return numbers[0] if numbers and "name" not in words else ""


# What the cells say


def _holds_names(values: ColumnValues) -> bool:
    """Return whether a column is filled, and not with addresses or numbers."""
    if values.column.is_empty:
        return False
    strange = max(values.share("email"), values.share("phone"), values.share("number"))
    return not values.samples or strange < MOST_NOT_NAMES


def _holds_full_names(main: MainRecords, company: str, values: ColumnValues) -> bool:
    """Return whether a column holds whole names of people, in rows that have a company too."""
    own, column = main.values(company).column, values.column
    if not values.samples or column.filled <= column.rows - own.filled:
        return False
    like_people = 0
    for text in values.samples:
        like_people += 1 < len(text.split()) <= _WORDS_OF_NAMES and not personal_names.is_company(text)
    return like_people >= NAMES_OF_PEOPLE * len(values.samples)


def _is_another(main: MainRecords, company: str, person: Person) -> bool:
    """Return whether a whole name is another one than the record's own, as far as the values at hand say."""
    if not person.full:
        return True
    own, names = main.values(company).column.values, main.values(person.full).column.values
    return not own or not names or len(own & names) < SAME_NAMES * len(names)

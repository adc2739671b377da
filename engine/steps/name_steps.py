"""Steps on names of people and companies."""

from __future__ import annotations

from itertools import compress

import pyarrow as pa

from engine.steps.reading_step import by_row
from engine.steps.step import ColumnStep, Context, Example, Outcome
from engine.steps.step_parameters import Param
from engine.values import NotRead, personal_names
from engine.values.folding import fold


class NameSplit(ColumnStep):
    """Turn `Last, First` into `First Last`, and copy the parts to columns where some are given.

    Companies stay and have no parts. Without such columns only names with a comma are looked at.
    """

    slug = "name_split"
    label = "Turn 'Last, First' round"
    help = "Writes 'Smith, John' as 'John Smith'; first and last names go to columns of their own if you name them."
    group = "contact"
    phase = "parts"
    params = (
        Param("first_to", "new_column", "New column for first names"),
        Param("last_to", "new_column", "New column for last names"),
        Param("title_to", "new_column", "New column for titles such as Dr."),
    )
    examples = (
        Example(
            (
                "SMITH, John",
                "Berg, Dr. Jan van der",
                "Lee-Wilson, Inc.",
                "Leach, Davis and Carroll",
                "Ann Lee",
                "",
            ),
            ("John SMITH", "Dr. Jan van der Berg", "Lee-Wilson, Inc.", "Leach, Davis and Carroll", "Ann Lee", ""),
        ),
        Example(
            ("Smith, John", "Dr. Jan van der Berg", "Acme Ltd", "Cher", "Ana Garcia Lopez"),
            ("John Smith", "Dr. Jan van der Berg", "Acme Ltd", "Cher", "Ana Garcia Lopez"),
            {"first_to": "First", "last_to": "Last", "title_to": "Title"},
            (3, 4),
            added={
                "First": ("John", "Jan", "", "", ""),
                "Last": ("Smith", "van der Berg", "", "", ""),
                "Title": ("", "Dr.", "", "", ""),
            },
        ),
    )
    first_to: str | None
    last_to: str | None
    title_to: str | None

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        """Take each distinct name apart once, into the columns that are given."""
        return by_row([values], self._split, list(filter(None, self._titles())))

    def _titles(self) -> tuple[str | None, ...]:
        return self.first_to, self.last_to, self.title_to

    def _split(self, text: str) -> tuple[str, ...]:
        """Return the name turned round, and those of its parts that have a column."""
        wanted = list(map(bool, self._titles()))
        # A name without a comma is in order, so where no parts are wanted it need not be understood.
        if personal_names.is_company(text) or not (any(wanted) or "," in text):
            return (text, *[""] * sum(wanted))
        name = personal_names.read(text)
        last = " ".join(filter(None, (name.last, name.suffix)))
        parts = compress((name.first, last, name.title), wanted)
        turned = str(name) if "," in text else text
        return (turned, *parts)


class NameTitles(ColumnStep):
    """Take titles such as Herr or Dr. from the names of people, and copy them to a column of their own."""

    slug = "name_titles"
    label = "Take titles from names"
    help = "Writes 'Dr. Ann Lee' as 'Ann Lee', and the title into a column of its own; companies stay."
    group = "contact"
    params = (
        Param("title_to", "new_column", "New column for titles", default="Title of person"),
        Param("letters", "words", "Single letters that are titles, such as M.", default=()),
    )
    examples = (
        Example(
            ("Herr Björn Köhler", "Dipl.-Ing. Dr. Anna Weiß", "Mrs Lee", "Ann Lee", "Dr. Maier GmbH", "Frau", ""),
            ("Björn Köhler", "Anna Weiß", "Lee", "Ann Lee", "Dr. Maier GmbH", "Frau", ""),
            added={"Title of person": ("Herr", "Dipl.-Ing. Dr.", "Mrs", "", "", "", "")},
        ),
        Example(
            ("M. Jean Petit", "Mme Roy"),
            ("Jean Petit", "Roy"),
            {"title_to": "Title", "letters": ["M."]},
            added={"Title": ("M.", "Mme")},
        ),
    )
    title_to: str
    letters: tuple[str, ...]

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        """Look at each distinct name once."""
        letters = frozenset(map(fold, self.letters))

        def without_title(text: str) -> tuple[str, str]:
            title, name = personal_names.titled(text, letters)
            return name, title

        return by_row([values], without_title, [self.title_to])


class NameJoin(ColumnStep):
    """Join title, first name and this column's last name in the column `into`; empty ones are left out."""

    slug = "name_join"
    label = "Join first and last name"
    help = "Writes title, first name and this column's last name into a new column, 'Dr. Ann Lee'."
    group = "contact"
    safe = True
    params = (
        Param("first_column", "column", "Column with the first name", required=True),
        Param("title_column", "column", "Column with the title"),
        Param("into", "new_column", "New column", default="Full name"),
    )
    examples = (
        Example(
            ("Lee", "", "Roe"),
            ("Lee", "", "Roe"),
            {"first_column": "First", "title_column": "Salutation"},
            others={"First": ("Ann", "Bo", ""), "Salutation": ("Dr.", "", "Mr.")},
            added={"Full name": ("Dr. Ann Lee", "Bo", "Mr. Roe")},
        ),
    )
    first_column: str
    title_column: str | None
    into: str

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        """Join row by row: nearly all full names differ, so looking for equal ones would only cost time."""
        columns = [context.others[title].to_pylist() for title in self._columns_in_front()]
        names = list(map(_joined, zip(*columns, values.to_pylist(), strict=True)))
        return Outcome(values, added={self.into: pa.array(names, pa.string())})

    def _columns_in_front(self) -> tuple[str, ...]:
        if self.title_column:
            return self.title_column, self.first_column
        return (self.first_column,)


def _joined(parts: tuple[str, ...]) -> str:
    """Return the parts that are not blank, without spaces around, as one name."""
    return " ".join(filter(None, map(str.strip, parts)))


class CompanyOrPerson(ColumnStep):
    """Write `company` or `person`, as Odoo calls them, to a column of its own where the name shows it.

    A legal form, a title or `Last, First` show it. Other names are what `otherwise` says; could_not leaves them open
    and lists them.
    """

    slug = "company_or_person"
    label = "Tell companies from people"
    help = "Writes company or person into a new column, as far as the name shows it: GmbH, Inc., Mr., 'Smith, John'."
    group = "contact"
    safe = True
    params = (
        Param("into", "new_column", "New column", default="Company or person"),
        Param(
            "otherwise",
            "choice",
            "Where the name does not show it",
            default="could_not",
            choices=(("could_not", "list it"), ("person", "a person"), ("company", "a company")),
        ),
        Param(
            "person_columns",
            "columns",
            "Columns that make up a person's name",
            default=(),
            help="A name that is made of nothing else is a person's.",
        ),
    )
    examples = (
        Example(
            ("Ann Lee", "Lee Cycles", "Bo Roe"),
            ("Ann Lee", "Lee Cycles", "Bo Roe"),
            {"otherwise": "company", "person_columns": ["First", "Last"]},
            others={"First": ("Ann", "Ann", ""), "Last": ("Lee", "Lee", "")},
            added={"Company or person": ("person", "company", "company")},
        ),
        Example(
            ("Acme GmbH", "Mr. John Smith", "Smith, John", "Green, Brooks and Sullivan", "Jordan", ""),
            ("Acme GmbH", "Mr. John Smith", "Smith, John", "Green, Brooks and Sullivan", "Jordan", ""),
            {},
            (4,),
            added={"Company or person": ("company", "person", "person", "company", "", "")},
        ),
        Example(("Jordan",), ("Jordan",), {"otherwise": "person", "into": "Type"}, added={"Type": ("person",)}),
    )
    into: str
    otherwise: str
    person_columns: tuple[str, ...]

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        """Decide once for each distinct name; the column itself stays as it is."""
        people = [context.others[title] for title in self.person_columns]
        return by_row([values, *people], self._with_kind, [self.into])

    def _with_kind(self, text: str, *person: str) -> tuple[str, str]:
        name = " ".join(filter(None, map(str.strip, person)))
        if name and name.casefold() == " ".join(text.split()).casefold():
            return text, "person"
        # First, since `Smith, Jones & Co.` has a comma too.
        if personal_names.is_company(text):
            return text, "company"
        if self._shows_person(text):
            return text, "person"
        if self.otherwise == "could_not":
            raise NotRead("the name does not show whether it is a company or a person")
        return text, self.otherwise

    def _shows_person(self, text: str) -> bool:
        # First and last name alone show nothing: `Jack Daniels` may be either.
        try:
            return bool(personal_names.read(text).title) or "," in text
        except NotRead:
            return False


STEPS = (NameSplit, NameTitles, NameJoin, CompanyOrPerson)

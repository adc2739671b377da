"""Steps that make the columns of further records of a row: the person at a company, a second address."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from engine.steps.reading_step import by_row
from engine.steps.step import ColumnStep, Context, Example, Outcome
from engine.steps.step_parameters import Param
from engine.steps.text_steps import EDGES
from engine.values import contact_names, personal_names
from engine.values.folding import fold

_BETWEEN = "\x1f"  # stands in no cell that people write


class ContactPerson(ColumnStep):
    """Write the name of the person to talk to at this column's company, from `person_columns`, to a new column.

    Attn., Mr and the like are no part of a name, and `Lee, Ann` is put in order; a department stays. Where the row
    names no company, or the person is the customer itself, there is no contact person.
    """

    slug = "contact_person"
    label = "Take out the contact person"
    help = "Writes the person named beside a company into a new column, without Attn. or Mr; empty where both are one."
    group = "contact"
    safe = True
    further = True
    params = (
        Param("person_columns", "columns", "Columns with the person's name, first name first", required=True),
        Param("into", "new_column", "New column", default="Contact person"),
        Param("kind_into", "new_column", "New column for whether it is a company"),
        Param("all_companies", "boolean", "All that this column holds are companies", default=False),
        Param("separator", "text", "Between a name and the one above it; what is below another is no company"),
    )
    examples = (
        Example(
            ("Acme Ltd", "Birch & Co", "Ann Lee", "", "Oak plc"),
            ("Acme Ltd", "Birch & Co", "Ann Lee", "", "Oak plc"),
            {"person_columns": ["Contact"]},
            others={"Contact": ("Attn. Mr Bo Ray", "Lee, Ann", "Lee, Ann", "Max Ost", "Accounts")},
            added={"Contact person": ("Bo Ray", "Ann Lee", "", "", "Accounts")},
        ),
        Example(
            ("Acme", "Ann Lee", "", "Elm", "Oak Ltd"),
            ("Acme", "Ann Lee", "", "Elm", "Oak Ltd"),
            {"person_columns": ["First", "Last"], "into": "Person", "kind_into": "Is a company"},
            others={"First": ("Bo", "Ann", "Max", "", ""), "Last": ("Ray", "Lee", "Ost", "", "")},
            added={"Person": ("Bo Ray", "", "", "", ""), "Is a company": ("yes", "no", "no", "", "yes")},
        ),
        Example(
            ("Oak Ltd", "Oak Ltd:Roof"),
            ("Oak Ltd", "Oak Ltd:Roof"),
            {"person_columns": ["Contact"], "kind_into": "Is a company", "separator": ":"},
            others={"Contact": ("", "Bo Ray")},
            added={"Contact person": ("", "Bo Ray"), "Is a company": ("yes", "no")},
        ),
    )
    person_columns: tuple[str, ...]
    into: str
    kind_into: str | None
    all_companies: bool
    separator: str | None

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        """Read each distinct pair of company and person once."""
        nothing = pa.repeat(pa.scalar("", pa.string()), len(values))
        persons = _joined([nothing, *(context.others[title] for title in self.person_columns)], " ")
        # A first cell that is never blank, since rows without a company are looked at too.
        rows = pc.binary_join_element_wise(values, persons, _BETWEEN)
        titles = [self.into, *filter(None, [self.kind_into])]
        return Outcome(values, added=by_row([rows], self._read, titles).added)

    def _read(self, row: str) -> tuple[str, ...]:
        company, _, person = row.partition(_BETWEEN)
        company = company.strip(EDGES)
        name = contact_names.contact_name(person)
        is_itself = bool(name) and contact_names.is_same_name(company, name)
        contact = name if company and not is_itself else ""
        if not self.kind_into:
            return row, contact
        return row, contact, self._kind(company, name, is_itself=is_itself)

    def _kind(self, company: str, person: str, *, is_itself: bool) -> str:
        """Return yes for a company, no for a person, "" where neither is certain."""
        is_below = bool(self.separator) and str(self.separator) in company
        if is_itself or is_below or (not company and (person or self.all_companies)):
            return "no"
        if company and (self.all_companies or person or personal_names.is_company(company)):
            return "yes"
        return ""


class OtherAddress(ColumnStep):
    """Write this column's address to a new column where it is another one than that in `main_columns`.

    `columns` are the other columns of this address. The new column is empty where both say the same.
    """

    slug = "other_address"
    label = "Find second addresses"
    help = "Writes the second address of a row into a new column, and leaves it empty where it says the same."
    group = "address"
    safe = True
    further = True
    params = (
        Param("columns", "columns", "Other columns of this address"),
        Param("main_columns", "columns", "Columns of the main address", required=True),
        Param("into", "new_column", "New column", default="Second address"),
    )
    examples = (
        Example(
            ("9 Dock Rd", "3 OAK AVE", "", "1 Elm St"),
            ("9 Dock Rd", "3 OAK AVE", "", "1 Elm St"),
            {"columns": ["Ship city"], "main_columns": ["Street", "City"]},
            others={
                "Ship city": ("Perth", "Hobart", "", "Cairns"),
                "Street": ("12 Elm St", "3 Oak Ave", "5 Pier St", ""),
                "City": ("Sydney", "Hobart", "Darwin", ""),
            },
            added={"Second address": ("9 Dock Rd, Perth", "", "", "1 Elm St, Cairns")},
        ),
    )
    columns: tuple[str, ...]
    main_columns: tuple[str, ...]
    into: str

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        """Compare each distinct pair of addresses once."""
        nothing = pa.repeat(pa.scalar("", pa.string()), len(values))
        second = _joined([values, *(context.others[title] for title in self.columns)], ", ")
        main = _joined([nothing, *(context.others[title] for title in self.main_columns)], ", ")
        found = by_row([second, main], _another, [self.into])
        return Outcome(values, added=found.added)


class SplitLevels(ColumnStep):
    """Write the last level of a name such as `Acme:Roof` to one new column, and what stands above it to another.

    The column itself stays: it tells the records apart.
    """

    slug = "split_levels"
    label = "Take names in levels apart"
    help = "Writes the last part of a name such as 'Acme:Roof' into a new column, and the name above it into another."
    group = "value"
    safe = True
    further = True
    params = (
        Param("separator", "text", "What stands between the levels", default=":"),
        Param("own_into", "new_column", "New column for the last level", default="Own name"),
        Param("parent_into", "new_column", "New column for the name above it", default="Parent"),
        Param("parent_name_into", "new_column", "New column for the last level of the name above it"),
    )
    examples = (
        Example(
            ("Acme:Roof", "Acme", "Acme: North :Door", ":", ""),
            ("Acme:Roof", "Acme", "Acme: North :Door", ":", ""),
            {"parent_name_into": "Parent's name"},
            added={
                "Own name": ("Roof", "Acme", "Door", ":", ""),
                "Parent": ("Acme", "", "Acme: North", "", ""),
                "Parent's name": ("Acme", "", "North", "", ""),
            },
        ),
    )
    separator: str
    own_into: str
    parent_into: str
    parent_name_into: str | None

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        """Take each distinct name apart once."""
        titles = [self.own_into, self.parent_into, *filter(None, [self.parent_name_into])]
        return Outcome(values, added=by_row([values], self._split, titles).added)

    def _split(self, text: str) -> tuple[str, ...]:
        above, own = self._parted(text)
        if not self.parent_name_into:
            return text, own, above
        return text, own, above, self._parted(above)[1]

    def _parted(self, text: str) -> tuple[str, str]:
        """Return what stands above the last level, and that level; a name without levels is one itself."""
        above, _, own = (part.strip(EDGES) for part in text.rpartition(self.separator))
        if not above or not own:
            return "", text.strip(EDGES)
        return above, own


def _another(second: str, main: str) -> tuple[str, str]:
    return second, "" if fold(second) == fold(main) else second


def _joined(columns: list[pa.Array], separator: str) -> pa.Array:
    """Return the cells of each row that are not blank as one text."""
    joined = pc.utf8_trim(columns[0], EDGES)
    for column in columns[1:]:
        more = pc.utf8_trim(column, EDGES)
        both = pc.and_(pc.not_equal(joined, ""), pc.not_equal(more, ""))
        joined = pc.binary_join_element_wise(joined, more, pc.if_else(both, separator, ""))
    return joined


STEPS = (ContactPerson, OtherAddress, SplitLevels)

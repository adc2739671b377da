"""The step that takes addresses apart into columns for street, postal code, town, state and country."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pyarrow as pa

from engine.steps.reading_step import COUNTRY, COUNTRY_COLUMN, distinct_rows, named_country
from engine.steps.step import ColumnStep, Context, Example, Outcome
from engine.steps.step_parameters import Param, StepError
from engine.values import NotRead, countries, states
from engine.values.addresses.address_pieces import pieces, street_lines
from engine.values.addresses.postal_addresses import PARTS, PostalAddress, read
from engine.values.folding import fold

# How a missing column is asked for.
_CALLED = {"zip": "postal code", "city": "town", "state": "state", "country": "country"}


class AddressSplit(ColumnStep):
    """Copy the parts of addresses to columns of their own; the column itself stays.

    Without a column for the street, the cells hold a town and its postal code alone: "93047 Regensburg", "Boston, MA
    02110". An address may also stand in several columns (`lines`), in some rows with its town and in others without,
    which then has columns of its own (`zip_column` and the like): what these hold goes before what the lines say.

    What is not read for certain is listed, and stands whole in the column for the street (or the town). An address
    that names no country is in the one by whose rules it is written, if that is the one the step is told.
    """

    slug = "address_split"
    label = "Split addresses"
    help = "Copies street, postal code, town, state and country of addresses into columns of their own."
    group = "address"
    phase = "parts"
    splits = True
    params = (
        Param("street_to", "new_column", "New column for streets", help="Leave it empty where there are no streets."),
        Param("street2_to", "new_column", "New column for further lines of the street"),
        Param("zip_to", "new_column", "New column for postal codes", default="ZIP"),
        Param("city_to", "new_column", "New column for towns", default="City"),
        Param("state_to", "new_column", "New column for states"),
        Param("country_to", "new_column", "New column for countries"),
        Param("lines", "columns", "Columns with further lines of the address"),
        Param("zip_column", "column", "Column that some rows have the postal code in"),
        Param("city_column", "column", "Column that some rows have the town in"),
        Param("state_column", "column", "Column that some rows have the state in"),
        COUNTRY_COLUMN,
        COUNTRY,
    )
    examples = (
        Example(
            ("93047 Regensburg", "D-28757 Bremen", "NL-9712 CP Groningen", "Regensburg", "1067 Dresden", ""),
            ("93047 Regensburg", "D-28757 Bremen", "NL-9712 CP Groningen", "Regensburg", "1067 Dresden", ""),
            {"country_to": "Country", "country": "DE"},
            (4,),
            added={
                "ZIP": ("93047", "28757", "9712 CP", "", "", ""),
                "City": ("Regensburg", "Bremen", "Groningen", "Regensburg", "1067 Dresden", ""),
                "Country": ("DE", "DE", "NL", "", "", ""),
            },
        ),
        Example(
            ("12 Main St, Suite 3, Boston, MA 02110", "1 Elm St Boston MA 02110"),
            ("12 Main St, Suite 3, Boston, MA 02110", "1 Elm St Boston MA 02110"),
            {"street_to": "Street", "street2_to": "Street 2", "state_to": "State", "country": "US"},
            (1,),
            added={
                "ZIP": ("02110", ""), "City": ("Boston", ""), "State": ("US-MA", ""),
                "Street": ("12 Main St", "1 Elm St Boston MA 02110"), "Street 2": ("Suite 3", ""),
            },
        ),
        Example(
            ("29 Station Parade", "62 Market Place, Leeds", "1 High St"),
            ("29 Station Parade", "62 Market Place, Leeds", "1 High St"),
            {"street_to": "Street", "lines": ["Line 2"], "zip_column": "PC", "city_column": "Town", "country": "GB"},
            others={
                "Line 2": ("Skipton BD4 6DZ", "LS1 7AX", ""), "PC": ("", "", "N1 1AA"), "Town": ("", "", "London"),
            },
            added={
                "ZIP": ("BD4 6DZ", "LS1 7AX", "N1 1AA"), "City": ("Skipton", "Leeds", "London"),
                "Street": ("29 Station Parade", "62 Market Place", "1 High St"),
            },
        ),
    )  # fmt: skip
    zip_to: str
    city_to: str
    street_to: str | None
    street2_to: str | None
    state_to: str | None
    country_to: str | None
    lines: tuple[str, ...] | None
    zip_column: str | None
    city_column: str | None
    state_column: str | None
    country_column: str | None
    country: str | None

    def validate(self) -> None:
        """Refuse lines of a street without a column for the street."""
        if self.lines and not self.street_to:
            raise StepError("The step address_split needs a column for the street where it reads several lines.")

    def replaces(self, title: str) -> tuple[str, ...]:
        """Return the columns whose texts are all in the new ones."""
        read_too = [*(self.lines or ()), self.zip_column, self.city_column]
        if self.state_to:
            read_too.append(self.state_column)
        if self.country_to:
            read_too.append(self.country_column)
        return (title, *filter(None, read_too))

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        """Take each distinct address apart once."""
        read_too = self.reads()
        rows, numbers = distinct_rows([values, *[context.others[title] for title in read_too]])
        default = self.country or context.country
        targets = self._targets()
        made: dict[str, list[str]] = {title: [] for title in targets.values()}
        failed, reasons = [], {}
        for row in rows:
            address, reason = self._parts(row[0], dict(zip(read_too, row[1:], strict=True)), default)
            # Where the first line is empty there is no cell to list; the other lines stand whole in the street.
            failed.append(bool(reason and row[0]))
            if failed[-1]:
                reasons[row[0]] = reason
            for part, title in targets.items():
                made[title].append(getattr(address, part))
        added = {title: pa.array(cells, pa.string()).take(numbers) for title, cells in made.items()}
        if not reasons:
            return Outcome(values, None, {}, added)
        return Outcome(values, pa.array(failed, pa.bool_()).take(numbers), reasons, added)

    def _targets(self) -> dict[str, str]:
        """Return the titles of the new columns by the part that they get."""
        titles = (self.street_to, self.street2_to, self.zip_to, self.city_to, self.state_to, self.country_to)
        return {part: title for part, title in zip(PARTS, titles, strict=True) if title}

    def _parts(self, text: str, others: Mapping[str, str], default: str) -> tuple[PostalAddress, str]:
        """Return the parts of a row's address, and why they could not be told apart ("" where they could)."""
        lines = [line for line in (text, *[others[title] for title in self.lines or ()]) if line.strip()]
        beside = PostalAddress(
            zip=_cell(others, self.zip_column), city=_cell(others, self.city_column),
            state=_cell(others, self.state_column), country=_cell(others, self.country_column),
        )  # fmt: skip
        country = named_country(beside.country, default)
        try:
            found = _with_beside(lines, beside, country, town_only=not self.street_to)
            found = replace(found, country=_code(found, country))
            self._require_columns(found, country)
        except NotRead as why:
            return self._whole(lines, beside), str(why)
        if not self.street2_to and found.street2:
            found = replace(found, street=f"{found.street}, {found.street2}", street2="")
        return _with_state_code(found, country)

    def _require_columns(self, found: PostalAddress, country: str) -> None:
        """Raise NotRead where a part has no column; a country that is meant anyway is no loss."""
        targets = self._targets()
        for part, called in _CALLED.items():
            text = getattr(found, part)
            if not text or part in targets:
                continue
            if part != "country" or (text != country and not self.country_column):
                raise NotRead(f"its {called} '{text}' needs a column of its own")

    def _whole(self, lines: Sequence[str], beside: PostalAddress) -> PostalAddress:
        """Return an address that is not read: its lines whole, in one part, and what stands beside them."""
        text = ", ".join(", ".join(line.splitlines()) for line in lines)
        if self.street_to:
            return replace(beside, street=text)
        return replace(beside, city=text)


def _code(found: PostalAddress, country: str) -> str:
    """Return the code of an address's country: the one that it names, or the one that is known to be meant."""
    if found.country:
        return countries.iso_code(found.country) or found.country
    return found.rules if found.rules == country else ""


def _with_state_code(found: PostalAddress, country: str) -> tuple[PostalAddress, str]:
    """Return the address with its state as a code; a state that its country does not have is left out, with why."""
    known = found.country if found.country in countries.codes() else country
    if not found.state or not known:
        return found, ""
    code = states.code(found.state, known)
    if code:
        return replace(found, state=code), ""
    return replace(found, state=""), f"no state of {known} is called '{found.state}'; all else of the address is read"


def _cell(others: Mapping[str, str], title: str | None) -> str:
    return others[title].strip() if title else ""


def _with_beside(
    lines: Sequence[str], beside: PostalAddress, country: str, *, town_only: bool
) -> PostalAddress:  # fmt: skip
    """Return the address of lines and of what columns of their own hold. Raises NotRead."""
    text = "\n".join(lines)
    if lines and (town_only or not (beside.zip or beside.city)):
        return _agreeing(read(text, country, town_only=town_only), beside)
    # An address whose town has a column is written by the rules of the country that is meant.
    rules = country if beside.zip or beside.city else ""
    street, street2 = _street_of(lines, beside, country)
    return replace(beside, street=street, street2=street2, rules=rules)


def _agreeing(found: PostalAddress, beside: PostalAddress) -> PostalAddress:
    """Return the parts that were read, and those that stand beside. Raises NotRead where both differ."""
    joined = {}
    for part in ("zip", "city", "state", "country"):
        here, there = getattr(found, part), getattr(beside, part)
        if here and there and fold(here) != fold(there) and part in ("zip", "city"):
            raise NotRead(f"'{here}' is in it, and '{there}' beside it")
        joined[part] = here or there
    return replace(found, **joined)


def _street_of(lines: Sequence[str], beside: PostalAddress, country: str) -> tuple[str, str]:
    """Return the street's lines without the town, where they repeat the one that has its own column."""
    text = "\n".join(lines)
    try:
        found = read(text, country) if text else PostalAddress()
    except NotRead:
        found = PostalAddress()
    if found.zip and fold(found.zip) == fold(beside.zip) and fold(found.city) in ("", fold(beside.city)):
        return found.street, found.street2
    return street_lines(pieces(text), in_order=len(lines) > 1)


STEPS = (AddressSplit,)

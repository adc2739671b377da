"""The recipe: what to do with a dataset's uploads, as plain values.

A recipe names files, sheets and columns by what the user sees; it holds no database ids and no Django. The
portal's tables are turned into a `Recipe` and back by `mapping.services`; the command `clean` reads one from
a file. Everything that is previewed, checked or exported is computed from uploads plus a Recipe.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from itertools import chain
from typing import Any, Literal

FORMAT = 1
# Columns that the export adds to a sheet, so that a recipe may name them: the key made of several columns, and
# "<title> #", a row's number among the rows of one parent.
KEY_TITLE = "Migration Key"
NUMBER_SUFFIX = " #"
# Marks the parts of a class that a file does not hold under keys of their own, because they are the key of the entry.
_ENTRY_KEY = {"entry_key": True}


class RecipeError(ValueError):
    """Refuse a recipe that cannot be used; the text is one sentence for the user, with the line where known."""


@dataclass(frozen=True)
class StepSpec:
    """Hold a step by name: `{slug: {param: value}}` in YAML, a bare slug where it has no parameters."""

    slug: str
    params: Mapping[str, Any] = field(default_factory=dict)
    enabled: bool = True


@dataclass(frozen=True)
class FieldSpec:
    """Hold how one Odoo field is filled; it mirrors a field entry of the bundle.

    Attributes:
        source: Title of the column.
        lookup: Name of the lookup table that translates its cells, "" for none.
        ref: The mapping whose keys the cells hold, "" for none.
        separator: What stands between keys where a cell holds several.
    """

    source: str
    lookup: str = ""
    ref: str = ""
    separator: str = ""


@dataclass(frozen=True)
class TargetRecipe:
    """Hold how a sheet fills one model.

    A row may make several records of one model: a company, and the person to talk to there. All but the first have a
    role, which tells them apart. A `ref` to a model with a role means records of the same sheet; in a target with a
    role, so does one to a model that the sheet fills without.

    Attributes:
        model: Odoo's name of the model.
        role: What the records are beside those that the rows are about, such as "contact"; "" for the latter.
        id: External ID pattern, such as "migr.partner.{Customer Code}".
        fields: By Odoo field name, in the order of the columns.
        values: Constants by field name.
        key: Titles that make up the added column "Migration Key" where no column is unique.
        when: Only rows in which this column is not blank become records; "" for all.
    """

    model: str = field(metadata=_ENTRY_KEY)
    id: str = ""
    fields: Mapping[str, FieldSpec] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    when: str = ""
    role: str = field(default="", metadata=_ENTRY_KEY)

    @property
    def entry(self) -> str:
        """Return what a recipe file calls the target: `res.partner`, or `res.partner (contact)` with a role."""
        return target_entry(self.model, self.role)


def target_entry(model: str, role: str) -> str:
    """Return the key of a target in a recipe file."""
    return f"{model} ({role})" if role else model


@dataclass(frozen=True)
class ColumnRecipe:
    """Hold a column's steps in order; its fields live in the targets, whichever form the YAML used."""

    steps: tuple[StepSpec, ...] = ()


@dataclass(frozen=True)
class SheetRecipe:
    """Hold what to do with one sheet.

    Attributes:
        name: Name of the sheet.
        source: Name of its file, where two files have a sheet of this name.
        header: Source row numbers of the titles, where they override the detected ones.
        file: Stem of data/raw/<file>.csv.
        skip: Whether to leave the sheet out.
        rows: Steps that work on rows.
        targets: The models that the sheet fills.
        columns: By title. In a sheet with a main target they are all columns that fill a field of it, with or without
            steps.
    """

    name: str = field(metadata=_ENTRY_KEY)
    source: str = ""
    header: tuple[int, ...] = ()
    file: str = ""
    skip: bool = False
    rows: tuple[StepSpec, ...] = ()
    targets: tuple[TargetRecipe, ...] = ()
    columns: Mapping[str, ColumnRecipe] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Name every column that fills a field of the main target."""
        # A file may say a field beside the column or under the target; either way it is the same recipe.
        if self.main is not None:
            columns = dict(self.columns)
            for spec in self.main.fields.values():
                columns.setdefault(spec.source, ColumnRecipe())
            object.__setattr__(self, "columns", columns)

    @property
    def main(self) -> TargetRecipe | None:
        """Return the only target without a role; None where there is none, or several."""
        return main_target(self.targets)


def main_target(targets: Sequence[TargetRecipe]) -> TargetRecipe | None:
    """Return the only one of `targets` without a role; None where there is none, or several."""
    without_role = [target for target in targets if not target.role]
    return without_role[0] if len(without_role) == 1 else None


@dataclass(frozen=True)
class Lookup:
    """Hold a table that turns cell values into external IDs.

    Attributes:
        name: Name of the table, and of its file.
        model: The model whose records it names.
        create: Whether values without an entry become new records; otherwise such values are problems.
        id: Pattern that names the new records, "" for "<namespace>.<table>.{Name}".
        entries: External ID by cell value.
        path: What stands between the levels of a value (`Pipes > Copper` is Copper within Pipes), "" where values have
            none. Each level becomes a record of its own.
    """

    name: str = field(metadata=_ENTRY_KEY)
    model: str
    create: bool = False
    id: str = ""
    entries: Mapping[str, str] = field(default_factory=dict)
    path: str = ""


@dataclass(frozen=True)
class Recipe:
    """Hold all that a dataset's user decided.

    Attributes:
        odoo_version: The version of Odoo that gets the records.
        namespace: First word of all external IDs that are made.
        country: Default country of addresses and numbers (ISO alpha-2), "" for none.
        timezone: In which dates and times are meant.
        company: External ID of the company that the records belong to, "" for none.
        on_problem: What happens to rows that stay wrong: they are held back, or nothing is exported.
        sheets: Those of one name, from several files, follow each other.
        lookups: By name.
    """

    odoo_version: str = "18.0"
    namespace: str = "migr"
    country: str = ""
    timezone: str = "UTC"
    company: str = ""
    on_problem: Literal["reject", "stop"] = "reject"
    sheets: tuple[SheetRecipe, ...] = ()
    lookups: Mapping[str, Lookup] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Put sheets of one name beside each other, as a file holds them."""
        by_name: dict[str, list[SheetRecipe]] = {}
        for sheet in self.sheets:
            by_name.setdefault(sheet.name, []).append(sheet)
        object.__setattr__(self, "sheets", tuple(chain.from_iterable(by_name.values())))


def file_keys(part: type) -> tuple[str, ...]:
    """Return the keys under which a recipe file holds the parts of one of these classes.

    They are the names of its attributes, so that reader, writer and model cannot come apart. What names the entry
    itself (a sheet, the model of a target, a lookup) has no key.
    """
    return tuple(one.name for one in fields(part) if "entry_key" not in one.metadata)


# The short form: what a field entry says, said beside the steps of the column that fills it.
HOW_FILLED = file_keys(FieldSpec)[1:]
COLUMN_KEYS = ("field", *file_keys(ColumnRecipe), *HOW_FILLED)
TOP_KEYS = ("recipe", *file_keys(Recipe))

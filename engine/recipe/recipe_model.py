"""The recipe: what to do with a dataset's uploads, as plain values and as one YAML file.

A recipe names files, sheets and columns by what the user sees; it holds no database ids and no Django. The
portal's tables are turned into a `Recipe` and back by `mapping.services`; the command `clean` reads one from
a file. Everything that is previewed, checked or exported is computed from uploads plus a Recipe.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

FORMAT = 1
# Columns that the export adds to a sheet, so that a recipe may name them: the key made of several columns, and
# "<title> #", a row's place among the rows of one parent.
KEY_TITLE = "Migration Key"
NUMBER_SUFFIX = " #"


class RecipeError(ValueError):
    """The recipe cannot be used; the text is one sentence for the user (with file line where known)."""


@dataclass(frozen=True)
class StepSpec:
    """A step by name: `{slug: {param: value}}` in YAML, a bare slug where it has no parameters."""

    slug: str
    params: Mapping[str, Any] = field(default_factory=dict)
    enabled: bool = True


@dataclass(frozen=True)
class FieldSpec:
    """How one Odoo field is filled: from a column (`source`), through a lookup table or as the key of
    another record (`ref`); `separator` where a cell holds several keys. Mirrors a field entry of the bundle.
    """

    source: str
    lookup: str = ""
    ref: str = ""
    separator: str = ""


@dataclass(frozen=True)
class TargetRecipe:
    """A model that a sheet fills. `id`: external ID pattern, "migr.partner.{Customer Code}". `values`:
    constants by field name. `fields`: by Odoo field name, in column order. `key`: titles that make up the added
    column "Migration Key" where no column is unique. `when`: only rows in which this column is not blank.
    """

    model: str
    id: str = ""
    fields: Mapping[str, FieldSpec] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    when: str = ""


@dataclass(frozen=True)
class ColumnRecipe:
    """The column's steps in order. Fields live in the targets, whichever form the YAML used."""

    steps: tuple[StepSpec, ...] = ()


@dataclass(frozen=True)
class SheetRecipe:
    """One sheet. `source`: file name, where two files have a sheet of this name. `header`: source row numbers
    that override the detected ones. `file`: stem of data/raw/<file>.csv. `skip`: leave the sheet out. In a sheet
    with one target `columns` names every column that fills a field, with or without steps.
    """

    name: str
    source: str = ""
    header: tuple[int, ...] = ()
    file: str = ""
    skip: bool = False
    rows: tuple[StepSpec, ...] = ()
    targets: tuple[TargetRecipe, ...] = ()
    columns: Mapping[str, ColumnRecipe] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.targets) == 1:
            columns = dict(self.columns)
            for spec in self.targets[0].fields.values():
                columns.setdefault(spec.source, ColumnRecipe())
            object.__setattr__(self, "columns", columns)


@dataclass(frozen=True)
class Lookup:
    """A table that turns cell values into external IDs. `create`: values without an entry become new records
    of `model`, named by `id` (default "<namespace>.<table>.{Name}"); otherwise such values are problems.
    """

    name: str
    model: str
    create: bool = False
    id: str = ""
    entries: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Recipe:
    """All that a dataset's user decided. `country`: default country (ISO alpha-2) or "". `company`: external ID
    of the company that the records belong to, or "". `on_problem`: what happens to rows that stay wrong. Sheets
    of one name, from several files, stand together.
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
        names = [sheet.name for sheet in self.sheets]
        object.__setattr__(self, "sheets", tuple(sorted(self.sheets, key=lambda sheet: names.index(sheet.name))))

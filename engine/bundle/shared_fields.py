"""Hash the values of fields that several mappings of one model fill, so that their records can be compared."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from engine.bundle.bundle_plan import BundlePlan
from engine.bundle.field_mappings import MappedField
from engine.bundle.lookup_tables import LookupTable
from engine.bundle.row_hashes import Hashes, hashes
from engine.bundle.target_mappings import MappedTarget
from odoo_migrate.project.project_files import split_keys


class SharedFields:
    """Hash what `target` fills in fields that another mapping of its model fills too."""

    def __init__(self, plan: BundlePlan, target: MappedTarget) -> None:
        """Find the fields that are filled elsewhere too."""
        others = [one for _, one in plan.targets if one.model.name == target.model.name and one.name != target.name]
        elsewhere = {name for one in others for name in filled(one)}
        self.tables = plan.tables
        self.fields = [field for field in target.fields if field.name in elsewhere]
        self.constants = {name: value for name, value in target.values.items() if name in elsewhere}

    def hashes(self, frame: pl.DataFrame) -> dict[str, Hashes]:
        """Return, by field, the hash of every row's value, 0 where it is empty."""
        found = {field.name: _filled(_values(frame[field.source], field, self.tables)) for field in self.fields}
        for name, value in self.constants.items():
            own = _filled(pl.Series([value], dtype=pl.String))
            found[name] = np.repeat(own, len(frame))
        return found


def filled(target: MappedTarget) -> set[str]:
    """Return the import names of the fields that a mapping fills."""
    return {field.name for field in target.fields} | set(target.values)


def _filled(values: pl.Series) -> Hashes:
    found: Hashes = np.where((values == "").to_numpy(), np.uint64(0), hashes(values))
    return found


def _values(cells: pl.Series, field: MappedField, tables: Mapping[str, LookupTable]) -> pl.Series:
    """Return what is alike for cells that name the same records."""
    if not field.lookup and not field.separator:
        return cells
    table = tables[field.lookup] if field.lookup else None
    names = {}
    for cell in cells.unique().to_list():
        keys = split_keys(cell, field.separator)
        known = [table.known(key) or key for key in keys] if table else keys
        names[cell] = ",".join(known)
    return cells.replace_strict(names, return_dtype=pl.String)

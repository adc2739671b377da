"""Cells that name other records: well-formed, and leading to a record of the right kind as far as that can be told
without asking a server.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from odoo_migrate.project.problems import Level
from odoo_migrate.project.project_reader import Project
from odoo_migrate.rules import shipped_records
from odoo_migrate.rules.id_forms import wrong_reference
from odoo_migrate.stages.project_ids import Owner, ProjectIds

_REMEMBERED = 65_536


@dataclass(frozen=True)
class Verdict:
    """What is wrong with a cell ("" where nothing is), and the records of the project that it names."""

    message: str = ""
    level: Level = "error"
    owners: tuple[Owner, ...] = ()


@dataclass(frozen=True)
class Target:
    """What the cells of a column name: records of `model` ("": not known), one or `several`."""

    model: str
    several: bool


class ReferenceChecks:
    """Checks cells against the records of the project and those that Odoo ships with. `whole`: `ids` holds all records
    of the project, so that one that is missing there is missing.
    """

    def __init__(self, found: Project, ids: ProjectIds, *, whole: bool) -> None:
        self.found, self.ids, self.whole = found, ids, whole
        self.version = found.settings.odoo_version

    def of_column(self, target: Target) -> Callable[[str], Verdict]:
        """Judges cells that are not empty."""

        @lru_cache(maxsize=_REMEMBERED)
        def judge(cell: str) -> Verdict:
            return self._judge(cell, target)

        return judge

    def _judge(self, cell: str, target: Target) -> Verdict:
        if not target.several and "," in cell:
            return Verdict("this field holds one record, not a list.")
        owners: list[Owner] = []
        for one in cell.split(","):
            if wrong := self._form(one, target):
                return Verdict(wrong)
            if self.ids.is_ours(one):
                owner = self.ids.find(one)
                if owner is not None:
                    owners.append(owner)
                if wrong := self._own(one, owner, target):
                    return Verdict(wrong)
            elif target.model and shipped_records.unknown(one, target.model, self.version):
                return self._not_shipped(one, target.model)
        return Verdict(owners=tuple(owners))

    def _form(self, one: str, target: Target) -> str:
        if target.several and not one.strip():
            return "this list has an empty place; Odoo refuses a comma too many."
        if target.several and one != one.strip():
            return "this list has a space beside a comma, which Odoo refuses."
        return wrong_reference(one)

    def _own(self, one: str, owner: Owner | None, target: Target) -> str:
        if owner is None:
            return f"the project has no record '{one}'." if self.whole else ""
        model = self.found.mappings[owner.mapping].model
        if target.model and model != target.model:
            return f"'{one}' is a record of {model}, but {target.model} is needed here."
        return ""

    def _not_shipped(self, one: str, model: str) -> Verdict:
        version = self.version.removesuffix(".0")
        if model in shipped_records.COMPLETE:
            return Verdict(f"Odoo {version} has no record '{one}' of {model}.")
        message = f"Odoo {version} does not bring a record '{one}' of {model} along; check with --against-odoo."
        return Verdict(message, "warning")

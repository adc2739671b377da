"""Bundles for tests: files and a recipe in, the project or the problems out; no part is replaced."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from engine.bundle import BundleReport, ExportProblem, check, clean_files, read_sheets
from engine.bundle.check_results import CheckReport
from engine.recipe import Recipe, load

MISSION_CUSTOMERS = """\
Company Name,Customer Code,Email,Phone,Tags
  Acme Corp,ACME001,INFO@Acme.com,(555) 123-4567,VIP;Wholesale
Beta Inc,BETA002,Contact@beta.com ,555.987.6543,VIP
"""
MISSION_RECIPE = """\
recipe: 1
country: US
timezone: Europe/Brussels
sheets:
  customers:
    file: customers
    targets:
      res.partner: { id: "migr.partner.{Customer Code}" }
    columns:
      Company Name: { field: name, steps: [trim] }
      Customer Code: { field: ref }
      Email: { field: email, steps: [trim, lowercase] }
      Phone: { field: phone, steps: [{ phone_normalize: { country: US } }] }
      Tags: { field: category_id/id, lookup: tag, separator: ";" }
lookups:
  tag: { model: res.partner.category, create: true }
"""


def written(directory: Path, files: Mapping[str, str]) -> list[Path]:
    """The files, by name, with their content."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (directory / name).write_text(text, encoding="utf-8", newline="")
    return [directory / name for name in files]


class Migration:
    """Some CSV files and a recipe in a directory of their own."""

    def __init__(self, directory: Path, recipe: str, files: Mapping[str, str]) -> None:
        self.recipe: Recipe = load(recipe)
        self.files = written(directory / "files", files)
        self.output = directory / "out"

    def clean(self, *, strict: bool = False) -> BundleReport:
        return clean_files(self.files, self.recipe, self.output, strict=strict)

    def check(self) -> CheckReport:
        with read_sheets(self.files, self.recipe) as sheets:
            return check(sheets, self.recipe)

    def problems(self, kind: str) -> list[ExportProblem]:
        """What a check finds of one kind."""
        return [problem for problem in self.check().problems if problem.kind == kind]

    def text(self, path: str) -> str:
        return (self.output / path).read_bytes().decode()

    def rows(self, path: str) -> list[dict[str, str]]:
        with (self.output / path).open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))


def files_of(root: Path) -> dict[str, bytes]:
    """Every file of a directory by its path there."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def sums_up(report: BundleReport | CheckReport) -> bool:
    """Rows in = rows out + rejected + dropped, for every sheet."""
    return all(one.rows_in == one.rows_out + one.rejected + one.dropped for one in report.sheets)

"""What is measured. Each case yields lines: our time beside a yardstick's, and what to reach."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import pyarrow as pa

from bench import baselines, made_tables
from bench.child_processes import ROOT, paired, usage
from bench.measure import Line, duration, faster, seconds, slower
from engine.bundle import BundleSheet, build
from engine.detectors import DETECTORS
from engine.match import ColumnEvidence, suggest_sheet
from engine.profile.sheet_profiler import profile_sheet
from engine.readers import open_source
from engine.recipe import load
from engine.sheets.table_shape import find_table
from engine.sheets.working_file import WorkingFile, write_working_file
from engine.steps import COLUMN_STEPS
from engine.steps.step import Context
from odoo_migrate import catalog
from odoo_migrate.project import project_definition
from odoo_migrate.project.problems import Problems
from odoo_migrate.project.project_reader import read_project
from odoo_migrate.stages.prepare import prepare
from odoo_migrate.stages.transform import transform

TODAY = date(2026, 1, 1)
LOOP_ROWS = 20_000  # plain loops are measured on so many rows and scaled up: they take minutes

RECIPE = """\
recipe: 1
odoo_version: "18.0"
namespace: migr
country: US
sheets:
  customers-{rows}:
    file: customers
    targets:
      res.partner: {{ id: "migr.partner.{{Customer Code}}" }}
    columns:
      Customer Code: {{ field: ref }}
      Company Name: {{ field: name, steps: [trim, collapse_spaces] }}
      Email Address: {{ field: email, steps: [trim, lowercase] }}
      Phone: {{ field: phone, steps: [empty_words, {{ phone_normalize: {{ country: US }} }}] }}
      Customer Since: {{ steps: [parse_date] }}
      Open Balance: {{ steps: [parse_currency] }}
"""


@dataclass(frozen=True)
class Setup:
    """Say how much is measured and where the files are kept."""

    rows: int
    xlsx_rows: int
    folder: Path

    @cached_property
    def csv(self) -> Path:
        """Return the customer list as CSV."""
        return made_tables.customers_csv(self.folder, self.rows)

    @cached_property
    def free_text(self) -> Path:
        """Return the sentences as CSV."""
        return made_tables.free_text_csv(self.folder, self.rows)

    @cached_property
    def xlsx(self) -> Path:
        """Return the customer list as a workbook."""
        return made_tables.customers_xlsx(self.folder, self.xlsx_rows)

    @cached_property
    def working(self) -> WorkingFile:
        """Return the customer list as a working file."""
        return read(self.csv, self.folder)

    @cached_property
    def recipe(self) -> Path:
        """Return the recipe that the customer list is cleaned with."""
        path = self.folder / f"recipe-{self.rows}.yml"
        path.write_text(RECIPE.format(rows=self.rows), encoding="utf-8")
        return path


def read(path: Path, folder: Path) -> WorkingFile:
    """Read the first sheet of a file into a working file, as an upload is read."""
    with open_source(path, path.name) as source:
        sheet = source.sheets[0]
        return write_working_file(sheet, find_table(sheet), folder / f"{path.name}.arrow")


def first_rows(working: WorkingFile, titles: list[str] | None = None) -> pa.Table:
    """Return the rows that the plain loops see."""
    count = min(LOOP_ROWS, working.num_rows)
    return working.page(0, count).select(titles or list(working.titles))


def scaled(setup: Setup, time_taken: float) -> float:
    """Return the time of a plain loop over all rows, from that over the first ones."""
    return time_taken * setup.rows / min(LOOP_ROWS, setup.rows)


def reading_csv(setup: Setup) -> Iterator[Line]:
    """Measure an upload of CSV against the parser alone."""
    ours, parsing = seconds(lambda: read(setup.csv, setup.folder), lambda: baselines.parse_csv(setup.csv))
    yield slower("read CSV → working file", ours, "parsing alone", parsing, 2)


def reading_xlsx(setup: Setup) -> Iterator[Line]:
    """Measure an upload of a workbook against the fastest reader there is."""
    ours, fastexcel = seconds(lambda: read(setup.xlsx, setup.folder), lambda: baselines.read_xlsx(setup.xlsx))
    yield slower(f"read XLSX, {setup.xlsx_rows:,} rows", ours, "fastexcel", fastexcel, 1.25)


def paging(setup: Setup) -> Iterator[Line]:
    """Measure what a page of the grid reads."""
    working = setup.working
    [fifty] = seconds(lambda: working.page(working.num_rows // 2, 50).to_pylist(), repeat=20)
    yield Line("50 rows from the middle", duration(fifty), fifty * 1000, "ms", 50)


def profiling(setup: Setup) -> Iterator[Line]:
    """Measure a profile against DuckDB's summary and against a look at every value."""
    columns = [column.to_pylist() for column in first_rows(setup.working).columns]
    ours, summary, loop = seconds(
        lambda: profile_sheet(setup.working, DETECTORS, country="US", today=TODAY),
        lambda: baselines.summarize(setup.csv),
        lambda: baselines.profile_by_value(columns),
    )
    yield slower("profile", ours, "DuckDB SUMMARIZE", summary, 4)
    yield faster("profile", ours, "value by value", scaled(setup, loop), 25)


def profiling_free_text(setup: Setup) -> Iterator[Line]:
    """Measure a profile where hardly two cells look alike."""
    working = read(setup.free_text, setup.folder)
    columns = [column.to_pylist() for column in first_rows(working).columns]
    ours, loop = seconds(
        lambda: profile_sheet(working, DETECTORS, country="US", today=TODAY),
        lambda: baselines.profile_by_value(columns),
    )
    yield faster("profile of free text", ours, "value by value", scaled(setup, loop), 2.5)


def phones(setup: Setup) -> Iterator[Line]:
    """Measure phone numbers against the library that decides them."""
    numbers = first_rows(setup.working, ["Phone"]).column(0).combine_chunks()
    texts, step = numbers.to_pylist(), COLUMN_STEPS["phone_normalize"](country="US")
    ours, library = seconds(
        lambda: step.apply(numbers, Context(country="US")), lambda: baselines.phones_by_library(texts)
    )
    yield faster(f"phones, {len(texts):,}", ours, "the library", library, 10)


def cleaning(setup: Setup) -> Iterator[Line]:
    """Measure an export to a ZIP, on all cores, against the least work and against a plain loop."""
    working, out = setup.working, setup.folder / "bundle.zip"
    sheet = BundleSheet(setup.csv.name, "0" * 64, setup.csv.stem, working, False)
    recipe = load(setup.recipe.read_text(encoding="utf-8"))
    rows = list(zip(*(column.to_pylist() for column in first_rows(working).columns), strict=True))
    ours, floor, loop = seconds(
        lambda: build([sheet], recipe, out),
        lambda: baselines.write_and_deflate(working.batches(), working.titles),
        lambda: baselines.LoopOverCells(working.titles).clean(rows),
    )
    yield slower("clean 5 columns + CSV + ZIP", ours, "read + write + deflate", floor, 2.5)
    yield faster("clean 5 columns + CSV + ZIP", ours, "value by value", scaled(setup, loop), 15)


def start_up(setup: Setup) -> Iterator[Line]:
    """Measure how long commands take until they answer at all."""
    manage, loader, empty = paired(
        [sys.executable, "manage.py", "clean", "--help"],
        [sys.executable, "-m", "odoo_migrate", "load", "run", "--help"],
        [sys.executable, "-c", "pass"],
        repeat=7,
    )
    yield Line("start-up, manage.py clean --help", f"Python alone {duration(empty.wall)}", manage.wall, "s", 0.6)
    yield Line("start-up, odoo-migrate … --help", f"Python alone {duration(empty.wall)}", loader.wall, "s", 0.4)


def whole_way(setup: Setup) -> Iterator[Line]:
    """Measure `manage.py clean` in a process of its own: from the upload to the unpacked project."""
    out = setup.folder / "project"
    clean = [sys.executable, "manage.py", "clean", str(setup.csv), str(setup.recipe), "--output", str(out)]
    floor = [sys.executable, "-m", "bench.baselines", str(setup.csv)]
    ours, least = paired(clean, floor)
    yield slower("manage.py clean, the process", ours.wall, "read + write + deflate", least.wall, 2.5)
    yield Line("memory, the whole way", "manage.py clean", ours.megabytes, "MB", 600)


def pages(setup: Setup) -> Iterator[Line]:
    """Measure pages of the portal over all rows, as the server answers them."""
    command = [sys.executable, "-m", "bench.portal_pages", str(setup.csv)]
    with tempfile.TemporaryDirectory(prefix="bench-portal-") as folder:
        variables = {**os.environ, "VAR_DIR": folder}
        done = subprocess.run(command, cwd=ROOT, env=variables, stdout=subprocess.PIPE, check=True)
    limits = {"grid": 150, "findings": 50, "mapping": 150, "cleaning": 150, "files": 150}
    for name, taken in json.loads(done.stdout).items():
        yield Line(f"page of {setup.rows:,} rows: {name}", "", taken, "ms", limits[name])


def loading(setup: Setup) -> Iterator[Line]:
    """Measure what the loader does before it meets a server; each stage's memory in a process of its own."""
    root = setup.folder / "project"
    if not (root / project_definition.SETTINGS_FILE).exists():
        list(whole_way(setup))
    [raw], staged, payload = (root / project_definition.RAW).glob("*.csv"), root / "plain.jsonl", root / "plain.csv"
    prepared, plain_prepared = seconds(
        lambda: prepare(root, Problems(), accept_changes=True), lambda: baselines.csv_to_jsonl(raw, staged)
    )
    transformed, plain_transformed = seconds(
        lambda: transform(read_project(root), None, Problems()), lambda: baselines.jsonl_to_csv(staged, payload)
    )
    yield slower("load: prepare", prepared, "csv + json", plain_prepared, 2)
    yield slower("load: transform", transformed, "json + csv", plain_transformed, 4)
    for stage in ("source prepare", "transform execute", "validate check"):
        used = usage([sys.executable, "-m", "odoo_migrate", *stage.split(), "--project", str(root)])
        yield Line(f"memory, {stage}", duration(used.wall), used.megabytes, "MB", 400)


def matching(setup: Setup) -> Iterator[Line]:
    """Measure suggestions for a wide sheet."""
    odoo = catalog.load("18.0")
    words = ("Customer", "Phone", "E-Mail", "Street", "Post Code", "Land", "Ph #", "Order", "Artikel", "Betrag")
    titles = [f"{word} {number}" if number else word for number in range(6) for word in words]
    columns = [
        ColumnEvidence(title, "text", 100, 90, 100, ["a", "b"], could_be_key=False, patterns=[]) for title in titles
    ]
    [ours] = seconds(lambda: suggest_sheet("Customers", columns, odoo))
    yield Line("suggest fields for 60 titles", duration(ours), ours * 1000, "ms", 100)


CASES: dict[str, Callable[[Setup], Iterator[Line]]] = {
    "csv": reading_csv, "xlsx": reading_xlsx, "page": paging, "profile": profiling, "text": profiling_free_text,
    "phones": phones, "clean": cleaning, "whole": whole_way, "load": loading, "suggest": matching, "start": start_up,
    "pages": pages,
}  # fmt: skip

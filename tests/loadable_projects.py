"""Projects that are ready to be loaded, written straight as payload, and runs of them on the small Odoo."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from odoo_migrate import catalog
from odoo_migrate.loading import run_load, runs
from odoo_migrate.loading.run_load import Options, RunResult
from odoo_migrate.loading.runs import Run
from odoo_migrate.odoo.client import Odoo, connect
from odoo_migrate.odoo.credentials import Secret
from odoo_migrate.odoo.retries import Retries
from odoo_migrate.project import csv_text, project_definition
from odoo_migrate.project.payload import PayloadWriter
from odoo_migrate.project.project_definition import FieldEntry, IdPatterns, ModelMapping, Settings
from odoo_migrate.project.project_reader import read_project
from odoo_migrate.stages import payload_stamps
from tests.odoo_http import Server
from tests.odoo_store import DATABASE, PASSWORD, USER

Table = tuple[Sequence[str], Sequence[Sequence[str]]]  # import columns without `id`; rows of an ID and their cells

QUICK = Retries(tries=4, total=2.0, first=0.01, longest=0.05)


def project_of(root: Path, tables: Mapping[str, Table], *, version: str = "18.0", company: str = "") -> Path:
    """A project with a payload for each mapping (`res.partner`, `res.partner.contacts`, …), in this order."""
    sources = {f"{name.replace('.', '_')}.csv": [name] for name in tables}
    settings = Settings("migr", version, "Europe/Brussels", company, sources, list(tables))
    patterns = {name: f"migr.{name.replace('.', '_')}.{{Key}}" for name in tables}
    written(root / project_definition.SETTINGS_FILE, settings.text())
    written(root / project_definition.IDS_FILE, IdPatterns("migr", patterns).text())
    for name, (columns, rows) in tables.items():
        model = name if name in catalog.load(version) else name.rpartition(".")[0]
        fields = {column: FieldEntry(source=column) for column in columns}
        mapping = ModelMapping(name, model, patterns[name], fields)
        written(root / f"{project_definition.MAPPINGS}/{name}.yml", mapping.text())
        raw = root / project_definition.RAW / f"{name.replace('.', '_')}.csv"
        written(raw, csv_text.text(["Key", *columns], [[one.partition(".")[2], *cells] for one, *cells in rows]))
    repay(root, tables)
    return root


def repay(root: Path, tables: Mapping[str, Table]) -> None:
    """Write the payload anew, as after a change of the data."""
    for name, (columns, rows) in tables.items():
        with PayloadWriter(root, name, columns) as writer:
            for place, (external_id, *values) in enumerate(rows):
                writer.write(place + 2, external_id, values)
    found = read_project(root)
    for mapping in found.mappings.values():
        payload_stamps.write(found, mapping)


def written(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def signed_in(server: Server, retries: Retries = QUICK) -> Odoo:
    return connect(server.url, DATABASE, USER, Secret(PASSWORD), retries=retries)


def run_of(root: Path, run_id: str = "first") -> Run:
    """The run of that name, made where it is not there yet."""
    return runs.read(root, run_id) if run_id in runs.names(root) else runs.init(root, run_id=run_id)


def loaded(root: Path, server: Server, run_id: str = "first", **options: object) -> RunResult:
    """Load a project, with a run made for it where there is none of that name."""
    with signed_in(server) as odoo:
        return run_load.load(run_of(root, run_id), odoo, Options(**options))  # type: ignore[arg-type]  # named by tests


def counts(result: RunResult) -> dict[str, tuple[int, int, int, int]]:
    """Created, updated, unchanged and failed by mapping; second passes have a name of their own."""
    return {
        one.step.mapping + " again" * one.step.second: (
            one.count.created,
            one.count.updated,
            one.count.unchanged,
            one.count.failed,
        )
        for one in result.steps
    }


def failures(root: Path, mapping: str, run_id: str = "first") -> list[dict[str, str]]:
    """The report of what failed."""
    path = root / "runs" / run_id / "failed" / f"{mapping}.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))

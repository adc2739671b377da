"""Small projects for the loader's tests, written as the bridge writes them, and the stages run on them."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from odoo_migrate.project import project_definition
from odoo_migrate.project.external_ids import Pattern
from odoo_migrate.project.payload import Payload
from odoo_migrate.project.problems import Problem, Problems
from odoo_migrate.project.project_definition import (
    FieldEntry,
    IdPatterns,
    Manifest,
    ManifestFile,
    ModelMapping,
    Settings,
)
from odoo_migrate.project.project_reader import read_project
from odoo_migrate.stages.prepare import prepare
from odoo_migrate.stages.transform import Transformed, transform
from odoo_migrate.stages.validate import check

TAGS = ModelMapping("res.partner.category", "res.partner.category", "migr.tag.{Name}", {"name": FieldEntry("Name")})
PARTNERS = ModelMapping(
    "res.partner",
    "res.partner",
    "migr.partner.{Code}",
    {
        "name": FieldEntry("Name"),
        "ref": FieldEntry("Code"),
        "parent_id/id": FieldEntry("Parent", ref="res.partner"),
        "category_id/id": FieldEntry("Tags", lookup="tag", separator=";"),
        "is_company": FieldEntry(value="1"),
    },
)
CUSTOMERS = """\
Code,Name,Parent,Tags,Notes
A,Acme Corp,,VIP;Retail,x
B,Beta Inc,A,VIP,
C,"Gamma, Ltd",B,,
"""
TAG_ROWS = "Name\nVIP\nRetail\n"
TAG_TABLE = {"VIP": "migr.tag.VIP", "Retail": "migr.tag.Retail"}


def mapping(name: str, key: str, fields: Mapping[str, FieldEntry], *, model: str = "", when: str = "") -> ModelMapping:
    """A mapping whose IDs are made from column `key`."""
    return ModelMapping(name, model or name, f"migr.{name.replace('.', '_')}.{{{key}}}", fields, when)


def write(root: Path, name: str, text: str | bytes) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)


def make(
    root: Path,
    sources: Mapping[str, tuple[str | bytes, Sequence[ModelMapping]]],
    lookups: Mapping[str, Mapping[str, str]] | None = None,
    *,
    order: Sequence[str] = (),
    version: str = "18.0",
) -> Path:
    """A project with these raw files (text and mappings by name) and lookup tables, and its manifest."""
    mappings = [one for _, those in sources.values() for one in those]
    reads = {file: [one.name for one in those] for file, (_, those) in sources.items()}
    order = order or [one.name for one in mappings]
    write(root, project_definition.SETTINGS_FILE, Settings("migr", version, "Europe/Brussels", "", reads, order).text())
    write(root, project_definition.IDS_FILE, IdPatterns("migr", {one.name: one.id for one in mappings}).text())
    for one in mappings:
        write(root, f"{project_definition.MAPPINGS}/{one.name}.yml", one.text())
    for table, entries in (lookups or {}).items():
        write(root, f"{project_definition.LOOKUPS}/{table}.csv", project_definition.lookup_text(entries))
    for file, (text, _) in sources.items():
        write(root, f"{project_definition.RAW}/{file}", text)
    write_manifest(root)
    return root


def write_manifest(root: Path) -> None:
    """MANIFEST.json as it would be if the project had been exported as it is now."""
    paths = sorted(path for folder in ("config", "data/raw") for path in (root / folder).rglob("*") if path.is_file())
    files = [
        ManifestFile(path.relative_to(root).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest(), rows(path))
        for path in paths
    ]
    write(root, project_definition.MANIFEST_FILE, Manifest([], files).text())


def rows(path: Path) -> int | None:
    if path.suffix != ".csv":
        return None
    text = path.read_bytes().decode("utf-8", "replace")
    return max(sum(1 for _ in csv.reader(io.StringIO(text, newline=""))) - 1, 0)


def customers(root: Path, text: str | bytes = CUSTOMERS, partners: ModelMapping = PARTNERS) -> Path:
    """Partners with tags and parents."""
    sources: dict[str, tuple[str | bytes, list[ModelMapping]]] = {
        "tag.csv": (TAG_ROWS, [TAGS]),
        "customers.csv": (text, [partners]),
    }
    return make(root, sources, {"tag": TAG_TABLE})


def prepared(root: Path, *, accept_changes: bool = False) -> list[Problem]:
    with Problems() as problems:
        prepare(root, problems, accept_changes=accept_changes)
    return problems.kept


def transformed(root: Path, names: Sequence[str] | None = None) -> tuple[list[Transformed], list[Problem]]:
    assert [one for one in prepared(root) if one.level == "error"] == []
    with Problems() as problems:
        done = transform(read_project(root), names, problems)
    return done, problems.kept


def checked(root: Path) -> list[Problem]:
    """What validation finds in a project that transforms without errors."""
    _, found = transformed(root)
    assert [one.text() for one in found] == []
    return validated(root)


def validated(root: Path) -> list[Problem]:
    with Problems() as problems:
        check(root, problems)
    return problems.kept


def payload_rows(root: Path, name: str) -> list[dict[str, str]]:
    """The payload of a mapping as Odoo will get it."""
    payload = Payload(root, name)
    return [{"id": one.id, **dict(zip(payload.fields, one.values, strict=True))} for one in payload.records()]


def texts(problems: Sequence[Problem]) -> list[str]:
    return [one.text() for one in problems]


def ids_of(pattern: str, keys: Sequence[tuple[str, ...]]) -> dict[tuple[str, ...], str]:
    from odoo_migrate.project.external_ids import external_ids

    return external_ids(Pattern.read(pattern), dict.fromkeys(keys))

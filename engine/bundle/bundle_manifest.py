"""MANIFEST.json: every other file of the project with its hash, and the uploads behind them."""

from __future__ import annotations

from engine.bundle.bundle_plan import Plan
from engine.bundle.hashed_files import ProjectFiles
from odoo_migrate.project.project_files import MANIFEST_FILE, Manifest, SourceFile


def write_manifest(files: ProjectFiles, plan: Plan) -> None:
    """Write it last: it covers what was written before."""
    sheets = [planned.sheet for planned in plan.sheets]
    uploads = {(sheet.upload or sheet.source_name, sheet.source_sha256) for sheet in sheets}
    manifest = Manifest([SourceFile(name, sha256) for name, sha256 in uploads], files.written)
    (files.root / MANIFEST_FILE).write_text(manifest.text(), encoding="utf-8", newline="")

"""Bundles: odoo-migrate projects made of cleaned sheets."""

from engine.bundle.bundle_export import build, check, clean_files
from engine.bundle.bundle_output import OutputRefused, unpack
from engine.bundle.bundle_sheets import BundleSheet, read_sheets
from engine.bundle.check_results import BundleReport, CheckReport, SheetRows
from engine.bundle.export_problems import ExportProblem, ProblemsFound

__all__ = [
    "BundleReport", "BundleSheet", "CheckReport", "ExportProblem", "OutputRefused", "ProblemsFound", "SheetRows",
    "build", "check", "clean_files", "read_sheets", "unpack",
]  # fmt: skip

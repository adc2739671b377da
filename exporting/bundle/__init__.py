"""Bundles: odoo-migrate projects made of cleaned sheets."""

from exporting.bundle.build import build
from exporting.bundle.output import OutputRefused, unpack
from exporting.bundle.report import BundleReport, CheckReport, Problem, ProblemsFound, SheetRows
from exporting.bundle.sheets import BundleSheet

__all__ = [
    "BundleReport", "BundleSheet", "CheckReport", "OutputRefused", "Problem", "ProblemsFound", "SheetRows",
    "build", "unpack",
]  # fmt: skip

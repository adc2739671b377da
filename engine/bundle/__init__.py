"""Bundles: odoo-migrate projects made of cleaned sheets."""

from engine.bundle.build import build
from engine.bundle.bundle_output import OutputRefused, unpack
from engine.bundle.bundle_report import BundleReport, CheckReport, Problem, ProblemsFound, SheetRows
from engine.bundle.bundle_sheets import BundleSheet

__all__ = [
    "BundleReport", "BundleSheet", "CheckReport", "OutputRefused", "Problem", "ProblemsFound", "SheetRows",
    "build", "unpack",
]  # fmt: skip

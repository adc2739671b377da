"""Cleaning: a sheet's raw rows and a recipe in, cleaned rows out, with what changed and what could not."""

from mapping.engine.plan import effective_header
from mapping.engine.report import CleanedBatch, ColumnReport, SheetReport
from mapping.engine.run import CleanedPage, SheetRun

__all__ = ["CleanedBatch", "CleanedPage", "ColumnReport", "SheetReport", "SheetRun", "effective_header"]

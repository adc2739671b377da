"""Cleaning: a sheet's raw rows and a recipe in, cleaned rows out, with what changed and what could not."""

from engine.clean.cleaning_plan import effective_header
from engine.clean.cleaning_report import CleanedBatch, ColumnReport, SheetReport
from engine.clean.sheet_cleaning import CleanedPage, SheetRun

__all__ = ["CleanedBatch", "CleanedPage", "ColumnReport", "SheetReport", "SheetRun", "effective_header"]

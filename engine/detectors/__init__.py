"""The detectors, by what they look at. A new one is a class in one of these files, named in its DETECTORS."""

from __future__ import annotations

from engine.detectors import (
    contact_findings,
    date_findings,
    number_findings,
    phone_findings,
    place_findings,
    sheet_findings,
    target_findings,
    text_findings,
    value_findings,
)
from engine.detectors.detector import ColumnDetector, SheetDetector

COLUMN_DETECTORS: tuple[type[ColumnDetector], ...] = (
    *text_findings.DETECTORS,
    *contact_findings.DETECTORS,
    *phone_findings.DETECTORS,
    *place_findings.DETECTORS,
    *value_findings.DETECTORS,
    *number_findings.DETECTORS,
    *date_findings.DETECTORS,
    *target_findings.DETECTORS,
)
SHEET_DETECTORS: tuple[type[SheetDetector], ...] = sheet_findings.DETECTORS

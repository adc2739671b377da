"""The detectors, by what they look at. A new one is a class in one of these files, named in its DETECTORS."""

from __future__ import annotations

from profiling.detectors import contact, date, number, phone, place, sheet, target, text, value
from profiling.detectors.base import ColumnDetector, SheetDetector

COLUMN_DETECTORS: tuple[type[ColumnDetector], ...] = (
    *text.DETECTORS, *contact.DETECTORS, *phone.DETECTORS, *place.DETECTORS, *value.DETECTORS,
    *number.DETECTORS, *date.DETECTORS, *target.DETECTORS,
)  # fmt: skip
SHEET_DETECTORS: tuple[type[SheetDetector], ...] = sheet.DETECTORS

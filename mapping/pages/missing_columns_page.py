"""Columns that the newest file lacks, each with the choice of what took its place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from mapping.services.missing_column_services import gone_columns
from profiling.models import Sheet


def cards(sheets: Iterable[Sheet]) -> list[dict[str, Any]]:
    """Return what mapping/gone.html lists."""
    listed = []
    for sheet in sheets:
        url = reverse("column_replace", args=[sheet.dataset_id, sheet.pk])
        for number, (title, likely) in enumerate(gone_columns(sheet).items()):
            card = {"id": f"gone-{sheet.pk}-{number}", "title": title, "likely": likely, "sheet": sheet.name}
            listed.append({**card, "titles": sheet.titles, "url": url})
    return listed

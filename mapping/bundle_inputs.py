"""A dataset's sheets as the engine takes them for a check or an export."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from engine.bundle import BundleSheet
from engine.sheets.working_file import WorkingFile
from mapping.selectors import why_unmapped
from profiling.models import Dataset
from profiling.selectors import current_sheets
from profiling.stored_files import local_copy


@contextmanager
def bundle_sheets(dataset: Dataset) -> Iterator[list[BundleSheet]]:
    """Give the dataset's sheets as the engine takes them, their working files at hand while the block runs."""
    sheets = []
    with ExitStack() as open_files:
        for sheet in current_sheets(dataset):
            if not sheet.working:  # its upload is still to be read
                continue
            path = open_files.enter_context(local_copy(sheet.working))
            sheets.append(
                BundleSheet(
                    source_name=sheet.source_name,
                    source_sha256=sheet.source.sha256,
                    sheet=sheet.name,
                    upload=sheet.source.name,
                    working=WorkingFile(path),
                    hidden=sheet.hidden,
                    unmapped=why_unmapped(sheet),
                )
            )
        yield sheets

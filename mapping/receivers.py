"""Signal handlers: fields are suggested once an upload's sheets have been read."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver

from mapping.signals import columns_changed
from profiling.models import Dataset, Sheet
from profiling.signals import sheets_read

# Suggesting reads all cells of a dataset; beyond this many rows nobody should wait for it while a page loads.
MOST_ROWS = 200_000

log = logging.getLogger(__name__)


@receiver(sheets_read)
def _suggest(dataset: Dataset, sheets: Sequence[Sheet], **_: Any) -> None:
    """A file has been read: say what its sheets look like. What a person has decided stays.

    The file counts more than the suggestions: where these fail, that is logged and the file is there all the same.
    """
    # Imported here, since it brings in pandas and all word lists, which few commands need.
    from mapping.services import suggestion_services

    try:
        suggestion_services.suggest(dataset=dataset)
    except Exception:  # whatever it is, the file must stay
        log.exception("no suggestions for dataset %s", dataset.pk)


@receiver(columns_changed)
def _suggest_again(dataset: Dataset, **_: Any) -> None:
    """Steps add other columns than before: say what the new ones look like, and forget those that are gone."""
    from mapping.services import suggestion_services

    if sum(sheet.rows for sheet in dataset.sheets.all()) > MOST_ROWS:
        suggestion_services.forget_gone(dataset)
        return
    try:
        suggestion_services.suggest(dataset=dataset)
    except Exception:  # the step itself is kept, and worth more than what is suggested
        log.exception("no suggestions for dataset %s", dataset.pk)

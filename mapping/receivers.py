"""Signal handlers: fields are suggested once an upload's sheets have been read."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver

from profiling.models import Dataset, Sheet
from profiling.signals import sheets_read

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

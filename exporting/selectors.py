"""Reading exports, for those who may see them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404

from exporting.models import Export
from profiling.access import Role, dataset_for, visible_datasets
from profiling.models import Dataset


def exports_of(dataset: Dataset) -> QuerySet[Export]:
    """Return the dataset's exports, newest first."""
    return Export.objects.filter(dataset=dataset).select_related("job", "created_by")


def export_for(user: Any, export_id: int, *, dataset_id: int | None = None, need: Role = Role.VIEWER) -> Export:
    """Return the export, if `user` has the role in its dataset. Raises Http404 or PermissionDenied."""
    seen = Export.objects.select_related("dataset", "job").filter(dataset__in=visible_datasets(user), pk=export_id)
    export = seen.first()
    if export is None or dataset_id not in (None, export.dataset_id):
        raise Http404("There is no such export.")
    dataset_for(user, export.dataset_id, need)
    return export

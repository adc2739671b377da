"""Every address of the portal, for tests that walk them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver

from mapping.models import Transform
from migrator.models import ApiToken
from profiling.models import Dataset, Finding


def patterns(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, str]]:
    """Name and route of every address but the administration's, which Django guards itself."""
    for one in resolver.url_patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            if not route.startswith("admin/"):
                yield from patterns(one, route)
        elif isinstance(one, URLPattern):
            yield one.name or route, route


ADDRESSES = sorted(set(patterns(get_resolver())))


def address(route: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        for converter in ("int:", "slug:", "str:", ""):
            route = route.replace(f"<{converter}{name}>", value)
    assert "<" not in route, f"no value for {route}"
    return f"/{route}"


def values_of(dataset: Dataset) -> dict[str, str]:
    """What addresses take, for a dataset made by `tests.exported_dataset`."""
    sheet = dataset.sheets.get()
    export = dataset.exports.get()
    return {
        "dataset_id": str(dataset.pk), "sheet_id": str(sheet.pk), "file_id": str(sheet.source_id),
        "job_id": str(export.job_id), "finding_id": str(Finding.objects.filter(sheet=sheet).first().pk),
        "step_id": str(Transform.objects.filter(sheet=sheet).first().pk), "export_id": str(export.pk),
        "kind": "column", "name": dataset.relationships.first().name, "position": "1",
        "membership_id": str(dataset.memberships.first().pk),
        "token_id": str(ApiToken.objects.filter(user=dataset.owner).first().pk),
    }  # fmt: skip


@contextmanager
def undone() -> Iterator[None]:
    """Take back what the block does to the database."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)

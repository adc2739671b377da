"""The JSON API, version 1: list datasets, start an export, follow it, download it.

Every call carries a personal token: `Authorization: Bearer dm_…`. What the token's person may not see
answers 404, as on the pages.
"""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.urls import reverse
from ninja import NinjaAPI, Schema, Swagger
from ninja.security import HttpBearer

from exporting import selectors
from exporting.downloads import bundle_response
from exporting.models import Export
from exporting.services import export_services
from migrator import jobs
from migrator.models import ApiToken, Job, User
from profiling.access import Role, dataset_for, visible_datasets
from profiling.models import Dataset

LOOK_EVERY = 0.2  # seconds


class Token(HttpBearer):
    """Ask for a personal token of an active user."""

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        """Return the person whose token was sent, None for any other text."""
        return ApiToken.user_of(token)


class LocalSwagger(Swagger):
    """Show the API's page with the scripts that the portal serves itself, as pages may load nothing from elsewhere."""

    template_cdn = str(settings.NINJA / "templates" / "ninja" / "swagger.html")


api = NinjaAPI(
    title="data-migrator",
    version="1",
    description="Clean spreadsheets into odoo-migrate projects. Make a personal token under Settings.",
    auth=Token(),
    docs=LocalSwagger(),
    docs_decorator=login_required,
    urls_namespace="api",
)


class DatasetOut(Schema):
    """Describe a dataset."""

    id: int
    name: str
    odoo_version: str
    sheets: int
    updated_at: datetime


class ProblemOut(Schema):
    """Say in one sentence why a call was refused."""

    detail: str


class ExportOut(Schema):
    """Describe an export.

    `status` is queued, running, done, failed or cancelled. `download` is null until the bundle is ready.
    """

    id: int
    dataset: int
    status: str
    stage: str
    done: int
    total: int
    message: str
    sha256: str
    status_url: str
    download: str | None
    report: dict[str, Any]


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, problem: Http404) -> JsonResponse:
    return JsonResponse({"detail": str(problem) or "There is nothing here."}, status=404)


@api.exception_handler(PermissionDenied)
def _denied(request: HttpRequest, problem: PermissionDenied) -> JsonResponse:
    return JsonResponse({"detail": str(problem)}, status=403)


@api.get("/datasets", response=list[DatasetOut], summary="The datasets that you may see")
def datasets(request: HttpRequest) -> Any:
    """List the datasets that the person may see."""
    there = Count("sheets", filter=Q(sheets__missing=False, sheets__skip=False))
    return [_dataset(row, row.there) for row in visible_datasets(_user(request)).annotate(there=there)]


@api.get("/datasets/{int:dataset_id}", response={200: DatasetOut, 404: ProblemOut}, summary="One dataset")
def dataset(request: HttpRequest, dataset_id: int) -> Any:
    """Show one dataset."""
    found = dataset_for(_user(request), dataset_id)
    return _dataset(found, found.sheets.filter(missing=False, skip=False).count())


@api.post(
    "/datasets/{int:dataset_id}/export/odoo-migrate",
    response={202: ExportOut, 403: ProblemOut, 404: ProblemOut, 422: ProblemOut},
    summary="Export a dataset: export.zip, or 202 and a status address where it takes longer",
    openapi_extra={
        "parameters": [{"in": "header", "name": "Prefer", "schema": {"type": "string", "enum": ["respond-async"]}}],
        "responses": {200: {"description": "export.zip", "content": {"application/zip": {}}}},
    },
)
def export_odoo_migrate(request: HttpRequest, dataset_id: int) -> Any:
    """Start an export, and answer with the bundle where it is built soon enough."""
    user = _user(request)
    found = dataset_for(user, dataset_id, Role.EDITOR)
    export = export_services.start_export(dataset=found, user=user, trigger=Export.Trigger.API)
    asynchronous = "respond-async" in request.headers.get("Prefer", "")
    return _answer(request, export, 0 if asynchronous else settings.API_WAIT_SECONDS)


@api.get("/exports/{int:export_id}", response={200: ExportOut, 404: ProblemOut}, summary="How far an export is")
def export_status(request: HttpRequest, export_id: int) -> Any:
    """Show how far an export is."""
    jobs.sweep()
    return as_json(request, selectors.export_for(_user(request), export_id))


@api.get(
    "/exports/{int:export_id}/download",
    response={404: ProblemOut, 409: ProblemOut},
    summary="The bundle",
    openapi_extra={"responses": {200: {"description": "export.zip", "content": {"application/zip": {}}}}},
)
def export_download(request: HttpRequest, export_id: int) -> Any:
    """Send the bundle."""
    export = selectors.export_for(_user(request), export_id)
    if not export.ready:
        return api.create_response(request, {"detail": "This export is not ready."}, status=409)
    return bundle_response(export)


@api.post("/exports/{int:export_id}/cancel", response={200: ExportOut, 404: ProblemOut}, summary="Stop an export")
def export_cancel(request: HttpRequest, export_id: int) -> Any:
    """Stop an export."""
    export = selectors.export_for(_user(request), export_id, need=Role.EDITOR)
    if export.job is not None:
        jobs.cancel(export.job)
        export.job.refresh_from_db()
    return as_json(request, export)


def as_json(request: HttpRequest, export: Export) -> dict[str, Any]:
    """Return an export with its progress and addresses."""
    job = export.job or Job(status=Job.Status.DONE)
    address = request.build_absolute_uri(reverse("api:export_status", args=[export.pk]))
    return {
        "id": export.pk, "dataset": export.dataset_id, "status": job.status, "stage": job.stage, "done": job.done,
        "total": job.total, "message": job.message, "sha256": export.sha256, "report": export.report,
        "status_url": address, "download": f"{address}/download" if export.ready else None,
    }  # fmt: skip


def _answer(request: HttpRequest, export: Export, seconds: float) -> HttpResponseBase:
    """Answer with the bundle if it is ready within `seconds`, why it failed, or 202 and the status address."""
    job = _watch(export, seconds)
    if job.status == Job.Status.DONE:
        export.refresh_from_db()
        return bundle_response(export)
    if job.ended:
        return api.create_response(request, {"detail": job.message}, status=422)
    answer = api.create_response(request, as_json(request, export), status=202)
    answer["Location"] = reverse("api:export_status", args=[export.pk])
    return answer


def _watch(export: Export, seconds: float) -> Job:
    until = time.monotonic() + seconds
    while True:
        job = Job.objects.get(exports=export)
        if job.ended or time.monotonic() >= until:
            export.job = job
            return job
        time.sleep(LOOK_EVERY)


def _user(request: HttpRequest) -> User:
    return request.auth  # type: ignore[attr-defined]  # set by ninja from Token


def _dataset(row: Dataset, sheets: int) -> dict[str, Any]:
    return {
        "id": row.pk, "name": row.name, "odoo_version": row.odoo_version,
        "sheets": sheets, "updated_at": row.updated_at,
    }  # fmt: skip

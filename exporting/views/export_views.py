"""Export, download, schedule."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from engine.bundle.held_back_rows import OnlyAsCsv
from exporting import downloads, selectors
from exporting.forms import ScheduleForm
from exporting.pages import export_page as page
from exporting.services import export_services, schedule_services
from migrator.middleware.sign_in import Request
from profiling.access import Role, dataset_for
from profiling.models import Dataset


# --- Export ---------------------------------------------------------------------------------------------------
@require_GET
def dataset_export(request: Request, dataset_id: int) -> HttpResponse:
    """Show the exports, the schedule, and the commands that load the newest bundle."""
    dataset = dataset_for(request.user, dataset_id)
    return _page(request, dataset)


@require_POST
def export_start(request: Request, dataset_id: int) -> HttpResponse:
    """Build a bundle in the background."""
    dataset = dataset_for(request.user, dataset_id, Role.EDITOR)
    export_services.start_export(dataset=dataset, user=request.user)
    return _page(request, dataset) if request.htmx else redirect("dataset_export", dataset.pk)


def _page(request: Request, dataset: Dataset) -> HttpResponse:
    part = "#export" if request.htmx else ""
    return render(request, f"exporting/export.html{part}", page.page(request.user, dataset))


@require_GET
def export_download(request: Request, dataset_id: int, export_id: int) -> HttpResponseBase:
    """Send the bundle, under a name that tells it from others."""
    export = selectors.export_for(request.user, export_id, dataset_id=dataset_id)
    if not export.ready:
        raise Http404("This export is not ready.")
    return downloads.bundle_response(export, downloads.bundle_name(export))


@require_GET
def rejected_download(request: Request, dataset_id: int, export_id: int, name: str) -> HttpResponseBase:
    """Send the rows of one sheet that were held back, as a workbook or CSV that the portal reads again."""
    export = selectors.export_for(request.user, export_id, dataset_id=dataset_id)
    try:
        return downloads.rejected_response(export, name)
    except OnlyAsCsv as problem:
        messages.error(request, str(problem))
        return redirect("dataset_export", dataset_id)


@require_POST
def export_delete(request: Request, dataset_id: int, export_id: int) -> HttpResponse:
    """Remove an export from the history, with its bundle."""
    export = selectors.export_for(request.user, export_id, dataset_id=dataset_id, need=Role.EDITOR)
    export_services.delete_export(export=export, user=request.user)
    return redirect("dataset_export", dataset_id)


# --- Schedule -------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
def schedule_set(request: Request, dataset_id: int) -> HttpResponse:
    """Export the newest file again and again."""
    dataset = dataset_for(request.user, dataset_id, Role.EDITOR)
    form = ScheduleForm.of(None, request.user.time_zone, request.POST or None)
    if not form.is_valid():
        context = page.page(request.user, dataset, form if form.is_bound else None)
        return render(request, "exporting/export.html", context, status=422 if form.is_bound else 200)
    schedule_services.set_schedule(dataset=dataset, user=request.user, **form.cleaned_data)
    messages.success(request, "The schedule is set.")
    return redirect("dataset_export", dataset.pk)


@require_POST
def schedule_remove(request: Request, dataset_id: int) -> HttpResponse:
    """Stop exporting by itself."""
    dataset = dataset_for(request.user, dataset_id, Role.EDITOR)
    schedule_services.remove_schedule(dataset=dataset, user=request.user)
    return redirect("dataset_export", dataset.pk)

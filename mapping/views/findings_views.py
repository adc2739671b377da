"""Pages and actions for findings: list them, apply a fix, set one aside."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from engine.steps.step_parameters import StepError
from mapping.pages import findings_page
from mapping.selectors import all_titles
from mapping.services import step_services
from mapping.views import grid_views
from migrator.middleware.sign_in import Request
from profiling import services
from profiling.access import Role, dataset_for
from profiling.models import Dataset, Finding


@require_GET
def dataset_findings(request: Request, dataset_id: int) -> HttpResponse:
    """Show everything that a person should know about the data."""
    return _page(request, dataset_for(request.user, dataset_id))


@require_POST
def finding_fix(request: Request, dataset_id: int, finding_id: int) -> HttpResponse:
    """Add the step that mends a finding."""
    dataset = dataset_for(request.user, dataset_id, Role.EDITOR)
    finding = get_object_or_404(Finding.objects.select_related("sheet__dataset"), pk=finding_id, sheet__dataset=dataset)
    try:
        step_services.fix_finding(finding=finding, user=request.user)
    except StepError as problem:
        messages.error(request, str(problem))
    return _again(request, dataset, finding)


@require_POST
def findings_fix_safe(request: Request, dataset_id: int) -> HttpResponse:
    """Add the steps of all findings that lose nothing when mended."""
    dataset = dataset_for(request.user, dataset_id, Role.EDITOR)
    step_services.fix_safe_findings(dataset=dataset, user=request.user)
    return _again(request, dataset)


@require_POST
def finding_dismiss(request: Request, dataset_id: int, finding_id: int) -> HttpResponse:
    """Put a finding aside ("it is fine as it is"), or bring it back."""
    dataset = dataset_for(request.user, dataset_id, Role.EDITOR)
    finding = get_object_or_404(Finding.objects.select_related("sheet__dataset"), pk=finding_id, sheet__dataset=dataset)
    dismissed = request.POST.get("undo") != "1"
    services.dismiss_finding(finding=finding, user=request.user, dismissed=dismissed)
    return _again(request, dataset, finding)


def _again(request: Request, dataset: Dataset, finding: Finding | None = None) -> HttpResponse:
    """Return the panel or the list again, whichever the button is in."""
    if finding is not None and request.htmx.target == "panel" and finding.column in all_titles(finding.sheet):
        return grid_views.panel_again(request, finding.sheet, finding.column)
    dataset.refresh_from_db()
    return _page(request, dataset) if request.htmx else redirect("dataset_findings", dataset.pk)


def _page(request: Request, dataset: Dataset) -> HttpResponse:
    part = "#findings" if request.htmx else ""
    return render(request, f"mapping/findings.html{part}", findings_page.page(request.user, dataset))

"""Pages and actions for cleaning steps: add, change, move, switch, remove."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from engine.steps import HEADER_STEPS
from mapping import opened_sheet
from mapping.forms import StepForm
from mapping.models import AnyStep, RowStep, Transform
from mapping.pages import step_trial, steps_page
from mapping.selectors import all_titles, known_step
from mapping.services import step_services
from mapping.views import grid_views
from migrator.middleware.sign_in import Request
from profiling.access import Role, dataset_for, sheet_for
from profiling.models import Dataset, Sheet
from profiling.pages import of_dataset
from profiling.selectors import current_sheets

KINDS: Mapping[str, Any] = {"column": Transform, "rows": RowStep}


@require_GET
def dataset_cleaning(request: Request, dataset_id: int) -> HttpResponse:
    """Show all steps of a dataset, sheet by sheet."""
    return _cleaning(request, dataset_for(request.user, dataset_id))


@require_http_methods(["GET", "POST"])
def step_add(request: Request, dataset_id: int, sheet_id: int, position: int) -> HttpResponse:
    """Choose a step for a column, set its parameters, add it."""
    sheet = sheet_for(request.user, dataset_id, sheet_id, Role.EDITOR)
    titles = all_titles(sheet)
    if position >= len(titles):
        raise Http404("There is no such column.")
    column = titles[position]
    action = reverse("step_add", args=[dataset_id, sheet_id, position])
    cancel = reverse("column_panel", args=[dataset_id, sheet_id, position])
    return _add(request, sheet, column, action, cancel)


@require_POST
def step_try(request: Request, dataset_id: int, sheet_id: int, position: int) -> HttpResponse:
    """Show what a step would make of a column's first rows, while its parameters are being typed."""
    sheet = sheet_for(request.user, dataset_id, sheet_id, Role.EDITOR)
    titles = all_titles(sheet)
    if position >= len(titles):
        raise Http404("There is no such column.")
    known = known_step(request.POST.get("step", ""))
    if known is None:  # nothing is chosen yet
        return HttpResponse(status=204)
    form = StepForm(known, titles, request.POST)
    edited = _edited(request, sheet, titles[position])
    return render(request, "mapping/step_trial.html", step_trial.page(sheet, titles[position], form, edited))


def _edited(request: Request, sheet: Sheet, column: str) -> Transform | None:
    """Return the step that the form changes, None where it adds one."""
    sent = request.POST.get("edited", "")
    if not re.fullmatch("[0-9]{1,18}", sent):
        return None
    return Transform.objects.filter(sheet=sheet, column=column, pk=int(sent)).first()


@require_http_methods(["GET", "POST"])
def row_step_add(request: Request, dataset_id: int, sheet_id: int) -> HttpResponse:
    """Choose a step on rows, set its parameters, add it."""
    sheet = sheet_for(request.user, dataset_id, sheet_id, Role.EDITOR)
    action = reverse("row_step_add", args=[dataset_id, sheet_id])
    return _add(request, sheet, "", action, reverse("dataset_cleaning", args=[dataset_id]))


@require_http_methods(["GET", "POST"])
def step_edit(request: Request, dataset_id: int, kind: str, step_id: int) -> HttpResponse:
    """Give a step other parameters."""
    step = _step(request, dataset_id, kind, step_id)
    sent = request.POST if request.method == "POST" else None
    form = StepForm(_known(step.slug), all_titles(step.sheet), sent, step.params)
    if form.is_valid():
        step_services.edit_step(step=step, params=form.cleaned_params(), user=request.user)
        return _done(request, step)
    action = reverse("step_edit", args=[dataset_id, kind, step_id])
    title = getattr(step, "column", "")
    target = _target(request)
    context = steps_page.parameters(form, action, target, _home(step), title, is_new=False)
    context |= step_trial.address(step.sheet, title, step)
    return _form(request, step.sheet, context, status=422 if form.is_bound else 200)


@require_POST
def step_toggle(request: Request, dataset_id: int, kind: str, step_id: int) -> HttpResponse:
    """Switch a step off or on."""
    step = _step(request, dataset_id, kind, step_id)
    step_services.switch_step(step=step, enabled=request.POST.get("enabled") == "1", user=request.user)
    return _done(request, step)


@require_POST
def step_move(request: Request, dataset_id: int, kind: str, step_id: int) -> HttpResponse:
    """Move a step to another place among those of its column."""
    step = _step(request, dataset_id, kind, step_id)
    wanted = request.POST.get("position", "")
    if re.fullmatch("-?[0-9]{1,6}", wanted):
        here = [other.pk for other in step_services.siblings_of(step)].index(step.pk)
        step_services.move_step(step=step, places=int(wanted) - here, user=request.user)
    return _done(request, step)


@require_POST
def step_delete(request: Request, dataset_id: int, kind: str, step_id: int) -> HttpResponse:
    """Take a step out of the recipe."""
    step = _step(request, dataset_id, kind, step_id)
    step_services.remove_step(step=step, user=request.user)
    return _done(request, step)


def _add(request: Request, sheet: Sheet, column: str, action: str, cancel: str) -> HttpResponse:
    """Go one step further: choose a step, ask for its parameters, add it."""
    slug = request.POST.get("step") or request.GET.get("step", "")
    # Without the list of all steps on the page, the new step appears in the column's panel.
    target = _target(request) or ("#panel" if column and request.htmx else "")
    if not slug:
        return _form(request, sheet, steps_page.choose(sheet, column, action, target))
    if slug in HEADER_STEPS:
        return redirect("sheet_header", sheet.dataset_id, sheet.pk)
    form = StepForm(_known(slug), all_titles(sheet), _sent_parameters(request))
    # A step without parameters has nothing to ask for.
    ready = not form.step.params or form.is_valid()
    if request.method == "POST" and ready:
        params = form.cleaned_params() if form.step.params else {}
        step = step_services.add_step(sheet=sheet, column=column, slug=slug, params=params, user=request.user)
        return _done(request, step)
    context = steps_page.parameters(form, action, target, cancel, column, is_new=True)
    context |= step_trial.address(sheet, column)
    return _form(request, sheet, context, status=422 if form.is_bound else 200)


def _sent_parameters(request: Request) -> Any:
    """Return the form's data where it was sent, None while a step is only chosen."""
    sent = "form" in request.POST or any(key.startswith("step-") for key in request.POST)
    return request.POST if sent else None


def _form(request: Request, sheet: Sheet, context: dict[str, Any], status: int = 200) -> HttpResponse:
    if request.htmx:
        answer = render(request, "mapping/step_form.html", context, status=status)
        answer["HX-Retarget"] = _form_place(request)
        answer["HX-Reswap"] = "innerHTML"
        return answer
    base = of_dataset(request.user, sheet.dataset, "cleaning", sheet)
    return render(request, "mapping/step_page.html", {**base, **context}, status=status)


def _form_place(request: Request) -> str:
    """Where the form stands: in the panel's place for new steps, or in the card of the step being changed."""
    place = request.htmx.target or ""
    return f"#{place}" if place.startswith("step-") else "#step-new"


def _target(request: Request) -> str:
    """What an answer replaces: the column panel, or the list of all steps."""
    if not request.htmx:
        return ""
    return "#steps" if "/cleaning/" in (request.htmx.current_url_abs_path or "") else "#panel"


def _done(request: Request, step: AnyStep) -> HttpResponse:
    if not request.htmx:
        return redirect(_home(step))
    if isinstance(step, Transform) and _target(request) == "#panel":
        return grid_views.panel_again(request, step.sheet, step.column)
    answer = _cleaning(request, step.sheet.dataset)
    answer["HX-Retarget"] = "#steps"
    return answer


def _home(step: AnyStep) -> str:
    sheet = step.sheet
    titles = all_titles(sheet)
    if isinstance(step, Transform) and step.column in titles:
        return reverse("column_panel", args=[sheet.dataset_id, sheet.pk, titles.index(step.column)])
    return reverse("dataset_cleaning", args=[sheet.dataset_id])


def _cleaning(request: Request, dataset: Dataset) -> HttpResponse:
    dataset.refresh_from_db()
    context = steps_page.page(request.user, dataset, opened_sheet.counts_of_dataset(list(current_sheets(dataset))))
    return render(request, f"mapping/steps.html{'#steps' if request.htmx else ''}", context)


def _step(request: Request, dataset_id: int, kind: str, step_id: int) -> Any:
    dataset = dataset_for(request.user, dataset_id, Role.EDITOR)
    if kind not in KINDS:
        raise Http404("There is no such step.")
    return get_object_or_404(KINDS[kind].objects.select_related("sheet__dataset"), pk=step_id, sheet__dataset=dataset)


def _known(slug: str) -> Any:
    known = known_step(slug)
    if known is None:
        raise Http404("There is no such step.")
    return known

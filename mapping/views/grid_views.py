"""Pages for the grid of a sheet and for the panel of one column."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from engine.recipe import RecipeError
from mapping import opened_sheet
from mapping.pages import column_panel as panel_page
from mapping.pages import grid_page, missing_columns_page
from mapping.selectors import all_titles
from migrator.middleware.sign_in import Request
from profiling.access import sheet_for
from profiling.models import Sheet
from profiling.pages import of_dataset


@require_GET
def sheet_grid(request: Request, dataset_id: int, sheet_id: int) -> HttpResponse:
    """Show 50 rows of a sheet, before and after."""
    sheet = _sheet(request, dataset_id, sheet_id)
    try:
        context = grid_page.page(request.user, sheet, grid_page.View.asked(request.GET))
    except RecipeError as problem:
        return _stuck(request, sheet, problem)
    if request.htmx and request.htmx.target == "grid":
        return render(request, "mapping/grid.html#table", context)
    return render(request, "mapping/grid.html", context)


@require_GET
def sheet_counts(request: Request, dataset_id: int, sheet_id: int) -> HttpResponse:
    """Count what cleaning does to a large sheet; the table asks for itself again once that is known."""
    sheet = _sheet(request, dataset_id, sheet_id)
    try:
        opened_sheet.counts(sheet)
    except RecipeError as problem:
        return _stuck(request, sheet, problem)
    return HttpResponse(status=204, headers={"HX-Trigger": "recipe-changed"})


@require_GET
def column_panel(request: Request, dataset_id: int, sheet_id: int, position: int) -> HttpResponse:
    """Show one column beside the table: what is in it, what was found, how it is cleaned."""
    sheet = _sheet(request, dataset_id, sheet_id)
    titles = all_titles(sheet)
    if position >= len(titles):
        raise Http404("There is no such column.")
    try:
        title, trial = titles[position], request.GET.get("try", "")
        if request.htmx and request.htmx.target == "panel":
            return render(request, "mapping/column_panel.html", panel_page.page(request.user, sheet, title, trial))
        table = grid_page.page(request.user, sheet, grid_page.View.asked(request.GET), current=position)
        beside = panel_page.beside(sheet, title, trial)
    except RecipeError as problem:
        return _stuck(request, sheet, problem)
    return render(request, "mapping/grid.html", {**table, **beside, "panel": True})


def panel_again(request: Request, sheet: Sheet, title: str) -> HttpResponse:
    """Return the panel anew after a change of the recipe; the table beside it fetches itself again."""
    sheet.dataset.refresh_from_db()
    try:
        context = panel_page.page(request.user, sheet, title)
    except RecipeError as problem:
        return HttpResponse(str(problem), status=409)
    answer = render(request, "mapping/column_panel.html", {**context, "oob": True})
    answer["HX-Retarget"] = "#panel"
    answer["HX-Reswap"] = "outerHTML"
    answer["HX-Trigger"] = "recipe-changed"
    return answer


def _sheet(request: Request, dataset_id: int, sheet_id: int) -> Sheet:
    sheet = sheet_for(request.user, dataset_id, sheet_id)
    if not sheet.working:
        raise Http404("This sheet has not been read yet.")
    return sheet


def _stuck(request: Request, sheet: Sheet, problem: RecipeError) -> HttpResponse:
    """Say why the recipe does not fit the file (a column is gone, say), with the way to the steps."""
    context = {
        **of_dataset(request.user, sheet.dataset, "cleaning", sheet),
        "problem": str(problem),
        "gone": missing_columns_page.cards([sheet]),
    }
    return render(request, "mapping/stuck.html", context, status=409)

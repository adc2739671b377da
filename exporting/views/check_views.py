"""The check before export, and the lookup tables that it fills."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from engine.bundle.lookup_tables import SHIPPED, known_records
from engine.match.relation_suggestions import built_in
from engine.recipe import RecipeError
from exporting.mending_steps import Mending, mending
from exporting.models import Check
from exporting.pages import check_page
from exporting.pages import lookup_page as lookup_page_
from exporting.services import check_services
from mapping.models import Relationship
from mapping.selectors import all_titles
from mapping.services import relation_services, step_services
from mapping.services.relation_services import LinkRefused
from mapping.views.mapping_views import field_name
from migrator.middleware.sign_in import Request
from profiling import services
from profiling.access import Role, dataset_for, sheet_for
from profiling.models import Dataset, Sheet


@require_GET
def dataset_check(request: Request, dataset_id: int) -> HttpResponse:
    """Show what would go wrong in Odoo, and where to mend it."""
    return _page(request, dataset_for(request.user, dataset_id))


@require_POST
def check_again(request: Request, dataset_id: int) -> HttpResponse:
    """Check what has changed since."""
    dataset = dataset_for(request.user, dataset_id, Role.EDITOR)
    return _page(request, dataset) if request.htmx else redirect("dataset_check", dataset.pk)


@require_POST
def on_problem_set(request: Request, dataset_id: int) -> HttpResponse:
    """Set what happens to rows that stay wrong: hold them back, or stop the export."""
    dataset = dataset_for(request.user, dataset_id, Role.EDITOR)
    wanted = request.POST.get("on_problem", "")
    if wanted in Dataset.OnProblem.values:
        services.change_settings(dataset=dataset, values={"on_problem": wanted}, user=request.user)
    dataset.refresh_from_db()
    return _page(request, dataset) if request.htmx else redirect("dataset_check", dataset.pk)


@require_POST
def check_mend(request: Request, dataset_id: int) -> HttpResponse:
    """Add the step that mends a problem of the check, and check again."""
    dataset = dataset_for(request.user, dataset_id, Role.EDITOR)
    sheet = sheet_for(request.user, dataset_id, _number(request.POST.get("sheet")), Role.EDITOR)
    found, _ = _check(request, dataset)
    column, step = _wanted(request, sheet, found)
    if step is None:
        messages.info(request, "That is mended already.")
    else:
        step_services.add_step(sheet=sheet, column=column, slug=step.slug, params=step.params, user=request.user)
    dataset.refresh_from_db()
    return _page(request, dataset) if request.htmx else redirect("dataset_check", dataset.pk)


def _wanted(request: Request, sheet: Sheet, found: Check | None) -> tuple[str, Mending | None]:
    """Return the column that a problem's button is about, and the step that mends it, if the check still finds it."""
    column = "".join(all_titles(sheet)[_number(request.POST.get("column")) :][:1])
    wanted = (sheet.source_name, sheet.name, column, request.POST.get("kind", ""))
    problems = found.report.get("problems", ()) if found is not None else ()
    for problem in problems:
        if (problem["source"], problem["sheet"], problem["column"], problem["kind"]) == wanted:
            step = mending(sheet, problem)
            if step is not None:
                return column, step
    return column, None


@require_GET
def lookup_page(request: Request, dataset_id: int, name: str) -> HttpResponse:
    """Show the values of a lookup, what each becomes, and what is unmatched."""
    return _lookup(request, dataset_for(request.user, dataset_id), name)


@require_POST
def lookup_set(request: Request, dataset_id: int, name: str) -> HttpResponse:
    """Say which record a value stands for, or whether unknown values become new records."""
    dataset = dataset_for(request.user, dataset_id, Role.EDITOR)
    table = _table(dataset, name)
    try:
        _change(request, table)
    except LinkRefused as problem:
        messages.error(request, str(problem))
    dataset.refresh_from_db()
    return _lookup(request, dataset, name) if request.htmx else redirect("lookup_page", dataset.pk, name)


def _change(request: Request, table: Relationship) -> None:
    sent = request.POST
    if "create_form" in sent:
        relation_services.set_create(table=table, create=sent.get("create") == "1", user=request.user)
    elif "value" in sent:
        external_id = _record(sent.get("field", ""), table)
        relation_services.set_entry(table=table, value=sent["value"], external_id=external_id, user=request.user)


def _record(text: str, table: Relationship) -> str:
    """Return the external ID that a picker sends; a name typed without its list stands for the one record so named."""
    typed = field_name(text)
    records = known_records(table.model, table.dataset.odoo_version)
    if typed in records:
        return typed
    named = [external_id for external_id, label in records.items() if label.casefold() == typed.casefold()]
    if len(named) != 1:  # no record, or several of one name: nothing is guessed
        return typed
    return named[0]


def _table(dataset: Dataset, name: str) -> Relationship:
    """Return the dataset's lookup table; for Odoo's own records, a new one without decisions. Raises Http404."""
    found = Relationship.objects.filter(dataset=dataset, name=name).first()
    if found is not None:
        return found
    for model, shipped in SHIPPED.items():
        if shipped.table == name and model in built_in():
            return Relationship(dataset=dataset, name=name, model=model)
    raise Http404("There is no such lookup.")


def _page(request: Request, dataset: Dataset) -> HttpResponse:
    found, problem = _check(request, dataset)
    part = "#check" if request.htmx else ""
    context = check_page.page(request.user, dataset, found, problem)
    return render(request, f"exporting/check.html{part}", context)


def _check(request: Request, dataset: Dataset) -> tuple[Check | None, str]:
    try:
        return check_services.ensure(dataset, user=request.user), ""
    except RecipeError as why:
        return None, str(why)


def _lookup(request: Request, dataset: Dataset, name: str) -> HttpResponse:
    table = _table(dataset, name)
    found, _ = _check(request, dataset)
    context = lookup_page_.page(
        request.user, dataset, table, found or Check(dataset=dataset),
        only_unmatched=request.GET.get("only") == "unmatched", start=_number(request.GET.get("start")),
    )  # fmt: skip
    return render(request, f"exporting/lookup.html{'#values' if request.htmx else ''}", context)


def _number(text: str | None) -> int:
    """Read a number out of an address or a form; what is none counts as 0."""
    # Any ten digits may be more than a database takes as an ID.
    if text and text.isdecimal() and len(text) < 10:
        return int(text)
    return 0

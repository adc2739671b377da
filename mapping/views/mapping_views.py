"""Pages and actions for mappings: which field a column becomes, targets, lookups."""

from __future__ import annotations

import re

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from mapping.models import Mapping, SheetTarget
from mapping.pages import mapping_page as page
from mapping.selectors import all_titles
from mapping.services import missing_column_services, target_services
from mapping.services.target_services import ChoiceRefused
from migrator.middleware.sign_in import Request
from profiling.access import Role, dataset_for, sheet_for
from profiling.models import Sheet

# What a picker shows while nothing is chosen.
UNDECIDED = ("Choose a field", "Nothing here")
NOTHING = ("", "Leave out", "Choose a record", *UNDECIDED)


@require_GET
def dataset_mapping(request: Request, dataset_id: int) -> HttpResponse:
    """Show the mapping table of one sheet; without a choice, of the one that waits for decisions."""
    dataset = dataset_for(request.user, dataset_id)
    sheet = page.sheet_to_map(dataset, request.GET.get("sheet", ""))
    context = page.page(request.user, dataset, sheet, request.GET.get("model", ""))
    return render(request, f"mapping/mapping.html{'#mapping' if request.htmx else ''}", context)


@require_POST
def mapping_set(request: Request, dataset_id: int, sheet_id: int, position: int) -> HttpResponse:
    """Send a column to a field, take its suggestion, or leave it out."""
    sheet = sheet_for(request.user, dataset_id, sheet_id, Role.EDITOR)
    target = _target(request, sheet)
    titles = all_titles(sheet)
    if position >= len(titles):
        raise Http404("There is no such column.")
    column = titles[position]
    try:
        if request.POST.get("action") == "accept" and (
            found := Mapping.objects.filter(target=target, column=column).first()
        ):
            target_services.accept(mapping=found, user=request.user)
        else:
            target_services.choose_field(target=target, column=column, field=_wanted(request), user=request.user)
    except ChoiceRefused as problem:
        messages.error(request, str(problem))
    return _again(request, sheet, target)


@require_POST
def mapping_accept_all(request: Request, dataset_id: int, sheet_id: int) -> HttpResponse:
    """Accept the suggestions that are sure, or all of them."""
    sheet = sheet_for(request.user, dataset_id, sheet_id, Role.EDITOR)
    least = 0.0 if request.POST.get("unsure") == "1" else target_services.SURE
    target_services.accept_all(sheet=sheet, least=least, user=request.user)
    return _again(request, sheet, _named_target(sheet, request.POST.get("target", "")))


@require_POST
def target_set(request: Request, dataset_id: int, sheet_id: int) -> HttpResponse:
    """Set what the sheet becomes, how its records are recognised, and what all of them get."""
    sheet = sheet_for(request.user, dataset_id, sheet_id, Role.EDITOR)
    target = None
    try:
        if "remove_target" in request.POST:
            target_services.remove_target(target=_target(request, sheet), user=request.user)
        elif "further" in request.POST:
            _decide_further(request, sheet)
        elif "model" in request.POST:
            target = _choose_model(request, sheet)
        else:
            target = _target(request, sheet)
            _change_target(request, target)
    except ChoiceRefused as problem:
        messages.error(request, str(problem))
    return redirect(_address(sheet, target))


@require_POST
def column_replace(request: Request, dataset_id: int, sheet_id: int) -> HttpResponse:
    """Say which column took the place of one that the newest file lacks, or forget what was decided about it."""
    sheet = sheet_for(request.user, dataset_id, sheet_id, Role.EDITOR)
    gone, title = request.POST.get("column", ""), request.POST.get("title", "")
    if gone not in missing_column_services.gone_columns(sheet):
        messages.info(request, "That is settled already.")
    elif "forget" in request.POST:
        missing_column_services.replace_column(sheet=sheet, gone=gone, title="", user=request.user)
    elif title in sheet.titles:
        missing_column_services.replace_column(sheet=sheet, gone=gone, title=title, user=request.user)
    else:
        messages.error(request, "Choose a column of the file.")
    return redirect(_address(sheet, None))


def _choose_model(request: Request, sheet: Sheet) -> SheetTarget:
    """Put a kind of record in the place of the one that the page shows, or beside all that the sheet fills."""
    keep = SheetTarget.objects.filter(sheet=sheet)
    if "beside" not in request.POST:
        shown = _named_target(sheet, request.POST.get("target", ""))
        if shown is not None:
            keep = keep.exclude(pk=shown.pk)
    return target_services.choose_model(sheet=sheet, model=request.POST["model"], keep=keep, user=request.user)


def _decide_further(request: Request, sheet: Sheet) -> None:
    """Take or leave out further records of the rows, one kind or several."""
    for entry in request.POST.getlist("further"):
        further = _named_target(sheet, entry)
        if further is None or not further.role:
            raise ChoiceRefused("That is settled already.")
        if request.POST.get("action") == "leave_out":
            target_services.leave_out_target(target=further, user=request.user)
        else:
            target_services.take_target(target=further, user=request.user)


def _wanted(request: Request) -> str:
    """Return the field that a row asks for, "" to leave its column out. Raises ChoiceRefused without a choice."""
    sent = request.POST.get("field", "")
    if request.POST.get("action") == "leave_out":
        return ""
    if sent.strip() in UNDECIDED:
        raise ChoiceRefused("Choose a field first, or leave the column out.")
    return field_name(sent)


def field_name(text: str) -> str:
    """Return the technical name in what a picker sends: "Email (email)" is email; "Leave out" is nothing."""
    if text.strip() in NOTHING:
        return ""
    named = re.search(r"\(([^()]+)\)\s*$", text)
    return named[1].strip() if named else text.strip()


def _change_target(request: Request, target: SheetTarget) -> None:
    sent = request.POST
    if "remove_constant" in sent:
        values = {name: value for name, value in target.values.items() if name != sent["remove_constant"]}
        target_services.set_values(target=target, values=values, user=request.user)
    elif "add_constant" in sent:
        name = field_name(sent.get("field", ""))
        target_services.set_values(
            target=target, values={**target.values, name: sent.get("value", "")}, user=request.user
        )
    elif "key_form" in sent:
        target_services.choose_key(
            target=target, columns=sent.getlist("key"), id_pattern=sent.get("id_pattern", ""), user=request.user
        )


def _target(request: Request, sheet: Sheet) -> SheetTarget:
    wanted = request.POST.get("target") or request.GET.get("model", "")
    found = _named_target(sheet, wanted) or SheetTarget.objects.filter(sheet=sheet).first()
    if found is None:
        raise Http404("Choose first what the sheet becomes.")
    return found


def _named_target(sheet: Sheet, entry: str) -> SheetTarget | None:
    """Return the target that pages and recipes call by this name, None where the sheet has no such one."""
    for target in SheetTarget.objects.filter(sheet=sheet).select_related("sheet__dataset"):
        if target.entry == entry:
            return target
    return None


def _again(request: Request, sheet: Sheet, target: SheetTarget | None) -> HttpResponse:
    if not request.htmx:
        return redirect(_address(sheet, target))
    sheet.dataset.refresh_from_db()
    context = page.page(request.user, sheet.dataset, sheet, target.entry if target else "")
    return render(request, "mapping/mapping.html#mapping", context)


def _address(sheet: Sheet, target: SheetTarget | None) -> str:
    return page.address(sheet, target)

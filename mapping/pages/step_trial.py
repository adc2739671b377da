"""What a step would make of a column, shown while its parameters are being typed."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from engine.clean.column_preview import TriedStep, try_step
from engine.recipe import RecipeError
from engine.recipe.new_titles import with_free_titles
from mapping import opened_sheet
from mapping.forms import StepForm
from mapping.models import AnyStep, Transform
from mapping.selectors import all_titles, taken_titles
from mapping.services.step_services import siblings_of
from profiling.models import Sheet


def address(sheet: Sheet, column: str, edited: AnyStep | None = None) -> dict[str, Any]:
    """Return what step_form.html needs to show the trial; nothing for steps on rows."""
    titles = all_titles(sheet)
    if column not in titles:
        return {}
    url = reverse("step_try", args=[sheet.dataset_id, sheet.pk, titles.index(column)])
    return {"try_url": url, "edited": edited.pk if edited else ""}


def page(sheet: Sheet, column: str, form: StepForm, edited: Transform | None) -> dict[str, Any]:
    """Return what step_trial.html needs: the rows, or why nothing can be shown yet."""
    if not form.is_valid():
        return {"column": column, "problem": _first_problem(form), "trial": None}
    params = with_free_titles(form.step.slug, form.cleaned_params(), taken_titles(sheet, besides=edited))
    upto = None
    if edited is not None:
        upto = [step.pk for step in siblings_of(edited)].index(edited.pk)
    try:
        with opened_sheet.open_run(sheet, (column, form.step.slug, params), upto=upto) as run:
            tried: TriedStep = try_step(run, column)
    except RecipeError as problem:
        return {"column": column, "problem": str(problem), "trial": None}
    return {"column": column, "problem": "", "trial": tried}


def _first_problem(form: StepForm) -> str:
    """Return what is wrong with what was typed so far; nothing is said of what is merely not filled in yet."""
    for field, problems in form.errors.as_data().items():
        for problem in problems:
            if problem.code != "required":
                return " ".join(problem.messages)
        if field not in form.fields:
            return " ".join(problems[0].messages)
    return ""

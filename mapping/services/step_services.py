"""Changing the recipe's steps: add, edit, move, switch, remove, and mend findings with them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from engine.clean.measured_again import MOST_ROUNDS
from engine.recipe import ColumnRecipe, SheetRecipe, finding_fixes
from engine.recipe.new_titles import with_free_titles
from engine.steps import COLUMN_STEPS, HEADER_STEPS, build
from engine.steps.row_steps import GroupsToColumn, PromoteHeader, ReadAs
from engine.steps.step_parameters import StepError
from mapping import selectors
from mapping.models import AnyStep, RowStep, Transform
from mapping.services import measure_services
from mapping.signals import columns_changed
from migrator.models import User, record
from profiling import services as profiling_services
from profiling.models import Dataset, Finding, Sheet
from profiling.selectors import open_findings


def add_step(
    *, sheet: Sheet, column: str, slug: str, params: Mapping[str, Any] | None = None, user: User | None = None
) -> AnyStep:
    """Append a step to a column, or for `column` "" to the sheet's rows.

    Raises:
        StepError: the step makes no sense, or is one on the title rows: those decide what is read, and are set with
            profiling.services.set_header.
    """
    if slug in HEADER_STEPS:
        raise StepError("The title rows are chosen on the Files page, beside the sheet.")
    checked = checked_params(slug, params or {})
    if column:
        checked = with_free_titles(slug, checked, selectors.taken_titles(sheet))
    with transaction.atomic():
        step = _new_step(sheet, column, slug, checked)
        changed(sheet, user, f"Added {slug} to {column or sheet.name}")
        _columns_changed(step)
    return step


def edit_step(*, step: AnyStep, params: Mapping[str, Any], user: User | None = None) -> None:
    """Give a step other parameters. Raises StepError."""
    checked = checked_params(step.slug, params)
    if isinstance(step, Transform):
        checked = with_free_titles(step.slug, checked, selectors.taken_titles(step.sheet, besides=step))
    step.params = checked
    with transaction.atomic():
        step.save(update_fields=["params"])
        changed(step.sheet, user, f"Changed {step.slug}")
        _columns_changed(step)


def switch_step(*, step: AnyStep, enabled: bool, user: User | None = None) -> None:
    """Switch a step off or on again."""
    step.enabled = enabled
    with transaction.atomic():
        step.save(update_fields=["enabled"])
        changed(step.sheet, user, f"Switched {step.slug} {'on' if enabled else 'off'}")
        _columns_changed(step)


def move_step(*, step: AnyStep, places: int, user: User | None = None) -> None:
    """Move a step up (negative) or down among the steps of its column."""
    siblings = list(siblings_of(step))
    order = [other.pk for other in siblings]
    here = order.index(step.pk)
    order.insert(max(0, min(len(order) - 1, here + places)), order.pop(here))
    with transaction.atomic():
        for sibling in siblings:
            type(step).objects.filter(pk=sibling.pk).update(position=order.index(sibling.pk))
        changed(step.sheet, user, f"Moved {step.slug}")


def remove_step(*, step: AnyStep, user: User | None = None) -> None:
    """Take a step out of the recipe."""
    with transaction.atomic():
        changed(step.sheet, user, f"Removed {step.slug} from {getattr(step, 'column', '') or step.sheet.name}")
        _columns_changed(step)
        step.delete()


def fix_finding(*, finding: Finding, user: User | None = None) -> AnyStep | None:
    """Add the step that mends a finding where it works, unless the recipe has it already."""
    if finding.fix_step in HEADER_STEPS:
        _choose_titles(finding, user)
        return None
    new = finding_fixes.step_for(selectors.facts_of(finding), _recipe_around(finding))
    if new is None:
        return None
    step = add_step(sheet=finding.sheet, column=new.column, slug=new.spec.slug, params=new.spec.params, user=user)
    last = siblings_of(step).count() - 1
    if new.index < last:
        move_step(step=step, places=new.index - last)
    return step


def _choose_titles(finding: Finding, user: User | None) -> None:
    """Take the titles or the encoding that a finding offers, and read again; titles that were found are in force."""
    step = build(finding.fix_step, finding.fix_params)
    if isinstance(step, ReadAs):
        profiling_services.set_encoding(source=finding.sheet.source, encoding=step.encoding, user=user)
    elif finding_fixes.has_fix(selectors.facts_of(finding)) and isinstance(step, PromoteHeader):
        profiling_services.set_header(sheet=finding.sheet, rows=step.numbers, user=user)


def _recipe_around(finding: Finding) -> SheetRecipe:
    """Return the steps of a finding's column and those on rows, which is all that its own step depends on."""
    sheet, columns = finding.sheet, {}
    if finding.column:
        own = Transform.objects.filter(sheet=sheet, column=finding.column)
        columns[finding.column] = ColumnRecipe(selectors.step_specs(own))
    return SheetRecipe(sheet.name, rows=selectors.step_specs(sheet.row_steps.all()), columns=columns)


def fix_safe_findings(
    *, dataset: Dataset, sheet: Sheet | None = None, user: User | None = None, at_once: bool = False
) -> int:
    """Add the steps of all findings that are safe to mend, and return how many were added.

    After each round the sheets are measured again: some findings show only once others are mended. Large sheets are
    measured by jobs, which go on by themselves, unless `at_once` is set.
    """
    added = 0
    for _ in range(MOST_ROUNDS):
        steps = _add_safe(dataset, sheet, user)
        if not steps:
            break
        added += len(steps)
        measure_services.measure_soon({step.sheet for step in steps}, at_once=at_once, user=user)
    return added


def go_on_fixing(sheet: Sheet, progress: measure_services.Progress) -> int:
    """Measure a sheet, then add safe fixes and measure again as long as there are any; return how many were added."""
    measure_services.measure(sheet, progress)
    added = 0
    for _ in range(MOST_ROUNDS):
        steps = _add_safe(sheet.dataset, sheet, None)
        if not steps:
            break
        added += len(steps)
        measure_services.measure(sheet, progress)
    return added


def _add_safe(dataset: Dataset, sheet: Sheet | None, user: User | None) -> list[AnyStep]:
    """Add the steps of the safe findings there are now, and return them."""
    with transaction.atomic():
        steps = [fix_finding(finding=one, user=user) for one in safe_findings(dataset, sheet)]
    return [step for step in steps if step is not None]


def fix_all_findings(*, dataset: Dataset, sheet: Sheet | None = None, user: User | None = None) -> int:
    """Add the steps of all findings that have one, also of those that ask, and return how many were added."""
    found = unfixed(open_findings(dataset)).exclude(fix_step__in=["", *HEADER_STEPS])
    if sheet is not None:
        found = found.filter(sheet=sheet)
    with transaction.atomic():
        waiting = list(found.select_related("sheet__dataset"))
        return sum(fix_finding(finding=one, user=user) is not None for one in waiting)


def safe_findings(dataset: Dataset, sheet: Sheet | None = None) -> list[Finding]:
    """Return the open findings that "Fix the safe ones" mends, in the order in which their steps should run."""
    likely = Q(safe=True) | ~Q(means="")
    found = unfixed(open_findings(dataset)).filter(likely).exclude(fix_step__in=["", *HEADER_STEPS])
    if sheet is not None:
        found = found.filter(sheet=sheet)
    waiting = list(found.select_related("sheet__dataset"))
    fields = selectors.likely_fields(dataset)
    safe = []
    for one in waiting:
        if finding_fixes.is_safe(selectors.facts_of(one), fields.get((one.sheet_id, one.column), ())):
            safe.append(one)
    return safe


def unfixed(findings: QuerySet[Finding]) -> QuerySet[Finding]:
    """Return the findings that are left and whose step the recipe does not hold, or holds switched off."""
    same = {"sheet": OuterRef("sheet"), "slug": OuterRef("fix_step"), "enabled": True}
    on_column = Transform.objects.filter(**same, column=OuterRef("column"))
    held = Exists(on_column) | Exists(RowStep.objects.filter(**same))
    return findings.exclude(left=0).exclude(held)


def unmended(findings: QuerySet[Finding]) -> QuerySet[Finding]:
    """Return the findings that have something left: their step is not there, or did not mend all of their cells."""
    return findings.filter(Q(left__gt=0) | Q(pk__in=unfixed(findings)))


def has_step(sheet: Sheet, column: str, slug: str, params: Mapping[str, Any]) -> bool:
    """Tell whether an enabled step with this slug (for steps on rows: and these parameters) is in the recipe."""
    if slug in COLUMN_STEPS and column:
        return Transform.objects.filter(sheet=sheet, column=column, slug=slug, enabled=True).exists()
    return RowStep.objects.filter(sheet=sheet, slug=slug, params=dict(params), enabled=True).exists()


def checked_params(slug: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters without those left empty, checked by building the step. Raises StepError."""
    given = {name: value for name, value in params.items() if value not in (None, "", [], {})}
    build(slug, given)
    return given


def siblings_of(step: AnyStep) -> Any:
    """Return the steps among which this one is run, in order."""
    if isinstance(step, Transform):
        return Transform.objects.filter(sheet=step.sheet_id, column=step.column)
    return RowStep.objects.filter(sheet=step.sheet_id)


def _columns_changed(step: AnyStep) -> None:
    """Tell once the change is kept that the sheet's columns may be others now: fields are suggested for new ones."""
    makes_groups = isinstance(step, RowStep) and step.slug == GroupsToColumn.slug
    may_add = makes_groups or (isinstance(step, Transform) and selectors.may_add_columns(step))
    if may_add:
        transaction.on_commit(partial(columns_changed.send, sender=Transform, dataset=step.sheet.dataset))


def changed(sheet: Sheet, user: User | None, summary: str) -> None:
    """Note a change of a sheet's recipe: in the history, and by making older computations stale."""
    changed_dataset(sheet.dataset, user, summary, sheet=sheet.name)


def changed_dataset(dataset: Dataset, user: User | None, summary: str, **details: str) -> None:
    """Note a change of a dataset's recipe."""
    record(user, "recipe.change", summary, dataset=dataset.pk, **details)
    profiling_services.touch(dataset)


def _new_step(sheet: Sheet, column: str, slug: str, params: dict[str, Any]) -> AnyStep:
    if not finding_fixes.step_column(slug, column):
        here = RowStep.objects.filter(sheet=sheet)
        return RowStep.objects.create(sheet=sheet, slug=slug, params=params, position=_next(here))
    mine = Transform.objects.filter(sheet=sheet, column=column)
    return Transform.objects.create(sheet=sheet, column=column, slug=slug, params=params, position=_next(mine))


def _next(steps: Any) -> int:
    last = steps.aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1

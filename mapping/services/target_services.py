"""Deciding where columns go: which model a sheet fills, which field a column, and what every record gets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Values

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from engine.recipe import NUMBER_SUFFIX
from mapping.models import ID_PATTERN_CHARS, Mapping, SheetTarget, Transform
from mapping.selectors import all_titles
from mapping.services import choice_services, missing_record_services, relation_services, suggestion_services
from mapping.services.step_services import add_step, changed
from migrator.models import User
from odoo_migrate import catalog
from odoo_migrate.catalog import OdooField
from odoo_migrate.project.external_ids import BadPattern, Pattern
from profiling.models import Sheet

# "Accept the sure ones" takes suggestions from here on.
SURE = 0.8


class ChoiceRefused(ValueError):
    """Say in one sentence for the user why a choice makes no sense."""


def choose_field(*, target: SheetTarget, column: str, field: str, user: User | None = None) -> Mapping:
    """Send a column to a field ("" leaves it out). Raises ChoiceRefused for an unknown or taken field."""
    odoo_field = None
    if field:
        odoo_field = field_of(target, field)
        _require_free(target, odoo_field, column)
    with transaction.atomic():
        mapping = _mapping(target, column)
        try:
            _fill(mapping, odoo_field)
        except relation_services.LinkRefused as problem:
            raise ChoiceRefused(str(problem)) from problem
        mapping.save()
        changed(target.sheet, user, f"{column} → {mapping.field or 'left out'}")
    choice_services.keep_findings(target.sheet.dataset, [target.sheet])
    return mapping


def _require_free(target: SheetTarget, field: OdooField, column: str) -> None:
    """Raise ChoiceRefused where another column fills the field."""
    taken = Mapping.objects.filter(target=target, field=field.import_name, state=Mapping.State.ACCEPTED)
    other = taken.exclude(column=column).first()
    if other is not None:
        raise ChoiceRefused(f"{field.label} is filled by '{other.column}' already; leave that one out first.")


def accept(*, mapping: Mapping, user: User | None = None) -> None:
    """Take a suggestion as it stands. Raises ChoiceRefused where its field is taken."""
    if not mapping.field:
        choose_field(target=mapping.target, column=mapping.column, field="", user=user)
        return
    others = Mapping.objects.filter(target=mapping.target, field=mapping.field, state=Mapping.State.ACCEPTED)
    if others.exclude(pk=mapping.pk).exists():
        raise ChoiceRefused(f"Another column fills {mapping.field} already; leave that one out first.")
    with transaction.atomic():
        _accept(mapping)
        changed(mapping.target.sheet, user, f"Accepted {mapping}")


def accept_all(*, sheet: Sheet, least: float = 0.0, user: User | None = None) -> int:
    """Accept all suggestions of at least this confidence, the model and its ID pattern; return how many fields.

    Further records of the rows (people of companies) are taken too where they are as sure.
    """
    with transaction.atomic():
        for target in SheetTarget.objects.filter(sheet=sheet, chosen=False, role=""):
            _take(target)
        waiting = list(suggestions(sheet, least))
        for mapping in waiting:
            _accept(mapping)
        for target in offered_targets([sheet]).filter(confidence__gte=least):
            waiting += _take_with_fields(target)
        changed(sheet, user, f"Accepted {len(waiting)} suggestions for {sheet.name}")
    return len(waiting)


def offered_targets(sheets: Iterable[Sheet]) -> QuerySet[SheetTarget]:
    """Return the further records of these sheets' rows that wait for a yes."""
    return SheetTarget.objects.filter(sheet__in=sheets, chosen=False, left_out=False).exclude(role="")


def take_target(*, target: SheetTarget, user: User | None = None) -> None:
    """Make further records of the sheet's rows, with all fields that are suggested for them."""
    with transaction.atomic():
        _take_with_fields(target)
        changed(target.sheet, user, f"{target.sheet.name} also becomes {target.entry}")


def leave_out_target(*, target: SheetTarget, user: User | None = None) -> None:
    """Make no such further records of the sheet's rows; what is suggested for them is kept for a change of mind."""
    with transaction.atomic():
        target.chosen, target.left_out = False, True
        target.save(update_fields=["chosen", "left_out"])
        Mapping.objects.filter(target=target, state=Mapping.State.ACCEPTED).update(state=Mapping.State.SUGGESTED)
        changed(target.sheet, user, f"{target.sheet.name} does not become {target.entry}")


def _take_with_fields(target: SheetTarget) -> list[Mapping]:
    """Take a target and the fields suggested for it, and return the latter."""
    _take(target)
    waiting = list(Mapping.objects.filter(target=target, state=Mapping.State.SUGGESTED).exclude(field=""))
    for mapping in waiting:
        _accept(mapping)
    return waiting


def _take(target: SheetTarget) -> None:
    """Take what a target is suggested to be, with the steps that make its columns."""
    target.chosen, target.left_out = True, False
    target.save(update_fields=["chosen", "left_out"])
    add_steps(target)


def add_steps(target: SheetTarget) -> None:
    """Add the steps that make a target's columns, unless the recipe has them already."""
    there = Transform.objects.filter(sheet=target.sheet_id)
    for step in target.steps:
        same = there.filter(column=step["column"], slug=step["slug"], params=step["params"])
        if not same.exists():
            add_step(sheet=target.sheet, **step)


def suggestions(sheet: Sheet, least: float = 0.0) -> list[Mapping]:
    """Return the suggestions of at least this confidence that wait for a yes and whose field is still free."""
    waiting = open_suggestions([sheet]).filter(confidence__gte=least)
    return list(waiting.select_related("target__sheet__dataset"))


def open_suggestions(sheets: Iterable[Sheet]) -> QuerySet[Mapping]:
    """Return the suggestions of these sheets that wait for a yes and whose field is still free.

    Those of further records wait only once these are taken.
    """
    waiting = Mapping.objects.filter(target__sheet__in=sheets, state=Mapping.State.SUGGESTED).exclude(field="")
    waiting = waiting.filter(waits=False)
    waiting = waiting.filter(Q(target__role="") | Q(target__chosen=True, target__left_out=False))
    same_field = Mapping.objects.filter(target=OuterRef("target"), field=OuterRef("field"))
    return waiting.exclude(Exists(same_field.filter(state=Mapping.State.ACCEPTED)))


def choose_model(
    *, sheet: Sheet, model: str, keep: Iterable[SheetTarget] = (), user: User | None = None
) -> SheetTarget:
    """Say what the sheet becomes; the fields are suggested anew. Raises ChoiceRefused.

    `keep` is what the sheet becomes besides; any other target goes.
    """
    if model not in catalog.load(sheet.dataset.odoo_version):
        raise ChoiceRefused(f"Odoo {sheet.dataset.odoo_version} has no kind of record called {model}.")
    # Before the transaction, since it reads the working files.
    suggested = suggestion_services.suggestions(dataset=sheet.dataset, models={sheet.pk: model})
    with transaction.atomic():
        others = SheetTarget.objects.filter(sheet=sheet).exclude(model=model, role="")
        others.exclude(pk__in=[target.pk for target in keep]).delete()
        # Targets that nobody chose would go with the next suggestions.
        others.filter(role="").update(chosen=True)
        suggestion_services.keep(suggested)
        target, _ = SheetTarget.objects.update_or_create(sheet=sheet, model=model, role="", defaults={"chosen": True})
        _drop_further_records(sheet)
        changed(sheet, user, f"{sheet.name} becomes {model}")
    missing_record_services.keep_findings(sheet.dataset)
    return target


def remove_target(*, target: SheetTarget, user: User | None = None) -> None:
    """Say that the sheet no longer becomes this kind of record; what it becomes besides stays."""
    if target.role:
        leave_out_target(target=target, user=user)
        return
    with transaction.atomic():
        SheetTarget.objects.filter(sheet=target.sheet, role="").exclude(pk=target.pk).update(chosen=True)
        changed(target.sheet, user, f"{target.sheet.name} no longer becomes {target.entry}")
        target.delete()
        _drop_further_records(target.sheet)


def _drop_further_records(sheet: Sheet) -> None:
    """Take away further records whose rows no longer become the records that they point to."""
    targets = SheetTarget.objects.filter(sheet=sheet)
    models = set(targets.filter(role="").values_list("model", flat=True))
    for target in targets.exclude(role=""):
        rows = set(target.mappings.exclude(ref="").values_list("ref", flat=True)) or {target.model}
        if not models & rows:
            target.delete()


def set_key(*, target: SheetTarget, id_pattern: str = "", key: Sequence[str] = (), user: User | None = None) -> None:
    """Recognise records by an ID pattern, or by a Migration Key made of the columns in `key`."""
    if key:
        id_pattern = f"{relation_services.id_prefix(target)}.{{Migration Key}}"
    with transaction.atomic():
        target.id_pattern, target.key, target.chosen = id_pattern, list(key), True
        target.save(update_fields=["id_pattern", "key", "chosen"])
        changed(target.sheet, user, f"Records of {target.sheet.name} are recognised by {id_pattern}")


def choose_key(*, target: SheetTarget, columns: Sequence[str], id_pattern: str = "", user: User | None = None) -> None:
    """Recognise records by columns. Raises ChoiceRefused for a pattern that cannot work.

    The ID pattern is used where it names all columns, else the usual pattern of one column, or of several together.
    """
    chosen = [column for column in columns if column]
    if not chosen and not id_pattern:
        raise ChoiceRefused("Choose at least one column that tells the records apart.")
    there = set(all_titles(target.sheet))
    for column in chosen:
        if column.removesuffix(NUMBER_SUFFIX) not in there:
            raise ChoiceRefused(f"{target.sheet.name} has no column '{column}'.")
    if not all(f"{{{column}}}" in id_pattern for column in chosen):
        if len(chosen) > 1:
            set_key(target=target, key=chosen, user=user)
            return
        id_pattern = f"{relation_services.id_prefix(target)}.{{{chosen[0]}}}"
    set_key(target=target, id_pattern=_checked_pattern(id_pattern), user=user)


def _checked_pattern(text: str) -> str:
    """Return the pattern, if it is one that can be kept. Raises ChoiceRefused."""
    if len(text) > ID_PATTERN_CHARS:
        raise ChoiceRefused(f"The record names may be described in {ID_PATTERN_CHARS} characters, not {len(text):,}.")
    try:
        Pattern.read(text)
    except BadPattern as problem:
        raise ChoiceRefused(str(problem)) from problem
    return text


def set_values(*, target: SheetTarget, values: Values[str, str], user: User | None = None) -> None:
    """Set what every record gets, by field. Raises ChoiceRefused for an unknown field."""
    for name in values:
        field_of(target, name)
    with transaction.atomic():
        target.values = dict(values)
        target.save(update_fields=["values"])
        changed(target.sheet, user, f"Constants of {target.model}: {', '.join(values) or 'none'}")


def field_of(target: SheetTarget, name: str) -> OdooField:
    """Return the catalog's field behind an import name. Raises ChoiceRefused."""
    if not name:
        raise ChoiceRefused("Choose a field first.")
    models = catalog.load(target.sheet.dataset.odoo_version)
    if target.model not in models:  # the dataset may have moved to a version without it
        raise ChoiceRefused(f"{target.model} has no field '{name}' that can be filled.")
    model = models.model(target.model)
    found = model.field(name)
    if found is None:
        raise ChoiceRefused(f"{model.label} has no field '{name}' that can be filled.")
    return found


def _import_name(field: OdooField | None) -> str:
    return field.import_name if field else ""


def _mapping(target: SheetTarget, column: str) -> Mapping:
    found = Mapping.objects.filter(target=target, column=column).first()
    return found or Mapping(target=target, column=column)


def _fill(mapping: Mapping, field: OdooField | None) -> None:
    mapping.state = Mapping.State.ACCEPTED if field else Mapping.State.LEFT_OUT
    if mapping.field == _import_name(field):
        return  # the suggestion's reason and lookup still hold
    mapping.field, mapping.confidence = _import_name(field), 1.0 if field else 0.0
    mapping.reason = "chosen by you" if field else ""
    relation_services.link(mapping, field)


def _accept(mapping: Mapping) -> None:
    mapping.state = Mapping.State.ACCEPTED
    mapping.save(update_fields=["state"])

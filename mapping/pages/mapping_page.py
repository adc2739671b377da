"""The mapping table of a sheet: columns, the fields they become, and why."""

from __future__ import annotations

from collections import Counter
from typing import Any
from urllib.parse import urlencode

from django.db.models import CharField, Count, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse

from mapping import opened_sheet
from mapping.models import Mapping, Relationship, SheetTarget, UnmappedSheet
from mapping.pages import further_records, missing_columns_page
from mapping.selectors import all_titles, odoo_field, still_needed, why_unmapped
from mapping.services import target_services
from migrator import stations
from migrator.stations import DONE, State
from odoo_migrate import catalog
from odoo_migrate.catalog import OdooField, OdooModel
from odoo_migrate.project.external_ids import BadPattern, Pattern
from profiling.models import ColumnProfile, Dataset, Sheet
from profiling.pages import next_station, of_dataset
from profiling.selectors import current_sheets

SAMPLES = 3
LIKELY = 3  # kinds of record that are offered for a sheet that was not recognised
# A person does not fill these from a spreadsheet column.
NOT_OFFERED = {"one2many", "binary"}


def sheet_to_map(dataset: Dataset, wanted: str) -> Sheet | None:
    """Return the sheet to show: the one asked for, else the first that waits for a decision, else the first."""
    sheets = [sheet for sheet in current_sheets(dataset) if not sheet.skip]
    undecided = set(target_services.open_suggestions(sheets).values_list("target__sheet", flat=True))
    for sheet in sheets:
        if str(sheet.pk) == wanted:
            return sheet
    for sheet in sheets:
        if sheet.pk in undecided:
            return sheet
    return sheets[0] if sheets else None


def page(user: Any, dataset: Dataset, sheet: Sheet | None, model: str = "") -> dict[str, Any]:
    """Return what mapping.html needs."""
    base = of_dataset(user, dataset, "mapping", sheet)
    shared = {**base, **next_station(base["rail"], dataset, "mapping")}
    if sheet is None:
        return {**shared, "target": None, "rows": [], "models": [], "accepted": 0, "waiting": 0, "total": 0}
    every = list(SheetTarget.objects.filter(sheet=sheet))
    targets = [one for one in every if one.counts]
    target = _shown_target(targets, model)
    table = _of_no_target(sheet) if target is None else _of_target(sheet, target)
    return {
        **shared,
        "models": model_choices(dataset),
        "gone": missing_columns_page.cards([sheet]),
        "targets": _targets(sheet, targets, target),
        "further": further_records.cards(sheet, every),
        "total": len(all_titles(sheet)),
        **table,
    }


def _of_no_target(sheet: Sheet) -> dict[str, Any]:
    """Return what the page says of a sheet that becomes nothing: why, and what it most likely is."""
    known = UnmappedSheet.objects.filter(sheet=sheet).first()
    candidates = known.candidates if known else []
    models = catalog.load(sheet.dataset.odoo_version)
    likely = []
    for name, sure in candidates[:LIKELY]:
        if name in models:
            likely.append({"name": name, "label": plural(models.model(name).label), "sure": sure})
    nothing: dict[str, Any] = {"target": None, "rows": [], "sure": 0, "unsure": 0}
    return {**nothing, "why": why_unmapped(sheet), "likely": likely}


def _shown_target(targets: list[SheetTarget], model: str) -> SheetTarget | None:
    """Return the target asked for by its name in recipes, else the first."""
    for target in targets:
        if target.entry == model:
            return target
    return targets[0] if targets else None


def _of_target(sheet: Sheet, target: SheetTarget) -> dict[str, Any]:
    model = catalog.load(sheet.dataset.odoo_version).model(target.model)
    rows = _rows(sheet, target, model)
    states = Counter(row["state"] for row in rows)
    sure = len(target_services.suggestions(sheet, target_services.SURE))
    return {
        "target": _target(target, model),
        "fields": field_choices(model),
        "rows": rows,
        "accepted": states[Mapping.State.ACCEPTED],
        "waiting": states[Mapping.State.SUGGESTED],
        "sure": sure,
        "unsure": len(target_services.suggestions(sheet)) - sure,
        "still_needed": [_field(field) for field in still_needed(target, model)],
        "constants": [_constant(model, name, value) for name, value in target.values.items()],
        "records": _records(sheet, target),
    }


def plural(label: str) -> str:
    """Return the plural: Contact -> Contacts, Category -> Categories, Address -> Addresses."""
    if label.endswith("y") and label[-2:-1] not in "aeiou":
        return f"{label[:-1]}ies"
    if label.endswith(("s", "x", "ch", "sh")):
        return f"{label}es"
    return f"{label}s"


def model_choices(dataset: Dataset) -> list[dict[str, str]]:
    """Return every kind of record of the dataset's Odoo version, by its plain name."""
    models = catalog.load(dataset.odoo_version)
    labels = {name: models.model(name).label for name in models.names()}
    by_label = sorted(labels, key=lambda name: labels[name].lower())
    return [{"name": name, "label": labels[name]} for name in by_label]


def field_choices(model: OdooModel) -> list[dict[str, str]]:
    """Return the fields that a column may become, by label."""
    by_label = sorted(model.fields.values(), key=_label_and_name)
    return [_field(field) for field in by_label if field.type not in NOT_OFFERED]


def _label_and_name(field: OdooField) -> tuple[str, str]:
    # Labels may repeat within a model; the name keeps the order the same on every page.
    return field.label.lower(), field.name


def _field(field: OdooField) -> dict[str, str]:
    return {"label": field.label, "name": field.import_name}


def _targets(sheet: Sheet, targets: list[SheetTarget], current: SheetTarget | None) -> list[dict[str, Any]]:
    models = catalog.load(sheet.dataset.odoo_version)
    tabs = []
    for one in targets:
        # A model that this version of Odoo lacks has no label to show.
        if one.model in models:
            label = further_records.label(one) or plural(models.model(one.model).label)
            tabs.append({"id": one.pk, "label": label, "url": address(sheet, one), "is_current": one == current})
    return tabs


def address(sheet: Sheet, target: SheetTarget | None) -> str:
    """Return the address of the page that shows a target of a sheet."""
    asked = {"sheet": str(sheet.pk)}
    if target is not None:
        asked["model"] = target.entry
    return f"{reverse('dataset_mapping', args=[sheet.dataset_id])}?{urlencode(asked)}"


def _target(target: SheetTarget, model: OdooModel) -> dict[str, Any]:
    return {
        "id": target.pk,
        "model": target.model,
        "entry": target.entry,
        "label": further_records.label(target) or plural(model.label),
        "one": further_records.one(target) or model.label.lower(),
        "role": target.role,
        "confidence": target.confidence,
        "chosen": target.chosen,
        "id_pattern": target.id_pattern,
        "key": list(target.key) or key_columns(target.id_pattern),
    }


def key_columns(pattern: str) -> list[str]:
    """Return the columns that an ID pattern names."""
    try:
        return list(Pattern.read(pattern).placeholders)
    except BadPattern:
        return []


def _rows(sheet: Sheet, target: SheetTarget, model: OdooModel) -> list[dict[str, Any]]:
    profiles = opened_sheet.column_profiles(sheet)
    decided: dict[str, Mapping] = {}
    taken: set[str] = set()
    for mapping in Mapping.objects.filter(target=target):
        decided[mapping.column] = mapping
        if mapping.state == Mapping.State.ACCEPTED:
            taken.add(mapping.field)
    elsewhere = _elsewhere(sheet, target)
    rows = []
    for position, title in enumerate(all_titles(sheet)):
        row = _row(position, title, profiles.get(title), decided.get(title), model, taken, sheet)
        rows.append(row)
        # A column that fills another kind of record is no gap here, and may still be given a field.
        if row["state"] == "open" and row["title"] in elsewhere:
            row |= {"state": "elsewhere", "reason": elsewhere[row["title"]], "none_text": "Nothing here"}
    return rows


def _elsewhere(sheet: Sheet, target: SheetTarget) -> dict[str, str]:
    """Return what columns fill in the other kinds of record that the sheet becomes, a sentence by title."""
    models = catalog.load(sheet.dataset.odoo_version)
    found = {}
    others = Mapping.objects.filter(target__sheet=sheet).exclude(target=target).exclude(state=Mapping.State.LEFT_OUT)
    for mapping in others.select_related("target"):
        if not mapping.target.counts:
            continue
        field = odoo_field(models, mapping)
        if field is not None:
            other = mapping.target
            records = (further_records.label(other) or plural(models.model(other.model).label)).lower()
            found[mapping.column] = f"fills {field.label} of {records}"
    return found


def _row(
    position: int, title: str, profile: ColumnProfile | None, mapping: Mapping | None, model: OdooModel,
    taken: set[str], sheet: Sheet,
) -> dict[str, Any]:  # fmt: skip
    row = {
        "position": position,
        "is_added": position >= len(sheet.titles),
        "title": title,
        "kind": profile.kind if profile else "text",
        "samples": _samples(profile),
        **_undecided(),
    }
    if mapping is not None:
        row |= _decided(mapping, model)
        row |= {"lookup": _lookup(mapping, sheet), "problem": _problem(mapping, taken)}
    return row


def _undecided() -> dict[str, Any]:
    """Return what a row says of a column for which there is no mapping, not even a suggestion."""
    return {
        "field": None, "none_text": "Choose a field", "state": "open", "confidence": None, "reason": "",
        "candidates": [], "lookup": None, "problem": "",
    }  # fmt: skip


def _decided(mapping: Mapping, model: OdooModel) -> dict[str, Any]:
    """Return what a row says of a column's mapping."""
    shown: dict[str, Any] = {"reason": mapping.reason, "candidates": _candidates(mapping, model)}
    field = model.field(mapping.field) if mapping.field else None
    if field is not None:
        shown |= {"field": _field(field), "confidence": mapping.confidence}
    # A field that this version of Odoo lacks leaves its column open, whatever was decided under another version.
    if field is not None or mapping.state == Mapping.State.LEFT_OUT:
        shown |= {"state": mapping.state, "none_text": "Leave out"}
    return shown


def _samples(profile: ColumnProfile | None) -> list[str]:
    """Return some of the most frequent values."""
    top = profile.top[:SAMPLES] if profile else []
    return [value for value, _ in top if value]


def _candidates(mapping: Mapping, model: OdooModel) -> list[dict[str, Any]]:
    listed = []
    for name, share in mapping.candidates:
        field = model.field(name)
        if field is not None:
            listed.append({**_field(field), "share": share})
    return listed


def _lookup(mapping: Mapping, sheet: Sheet) -> dict[str, str] | None:
    """Return a link to the page of the values that are records of their own."""
    if not mapping.field or not mapping.lookup:
        return None
    url = reverse("lookup_page", args=[sheet.dataset_id, mapping.lookup])
    return {"text": "Which records the values are", "url": url, "tone": ""}


def _problem(mapping: Mapping, taken: set[str]) -> str:
    if mapping.state == Mapping.State.SUGGESTED and mapping.field in taken:
        return "Another column fills this field already."
    return ""


def _constant(model: OdooModel, name: str, value: str) -> dict[str, str]:
    field = model.field(name)
    return {"label": field.label if field else name, "name": name, "value": value}


def _records(sheet: Sheet, target: SheetTarget) -> list[dict[str, str]]:
    """Return the tables of records that the target's columns point to."""
    used = set(Mapping.objects.filter(target=target, state=Mapping.State.ACCEPTED).values_list("lookup", flat=True))
    tables: QuerySet[Relationship] = Relationship.objects.filter(dataset=sheet.dataset_id, name__in=used)
    links = []
    for table in tables:
        values = "new values become records" if table.create else "records of Odoo"
        url = reverse("lookup_page", args=[sheet.dataset_id, table.name])
        links.append({"text": f"{table.name}: {values}", "url": url, "tone": ""})
    return links


def state(dataset: Dataset) -> State:
    """Return what the rail says beside Mapping: how many columns have a field."""
    sheets = [sheet for sheet in current_sheets(dataset).prefetch_related("transforms", "row_steps") if not sheet.skip]
    total = sum(len(all_titles(sheet)) for sheet in sheets)
    if not total:
        return State()
    # Both at once: the list of datasets asks this for each of them.
    column = Concat(Cast("target__sheet", CharField()), Value(" "), "column", output_field=CharField())
    further = ~Q(target__role="") & Q(target__chosen=False, target__left_out=False)
    counted = Mapping.objects.filter(target__sheet__in=sheets).aggregate(
        accepted=Count(column, distinct=True, filter=Q(state=Mapping.State.ACCEPTED)),
        offered=Count("target", distinct=True, filter=further),
    )
    accepted, waiting = counted["accepted"], target_services.open_suggestions(sheets).count() + counted["offered"]
    share = f"{accepted} of {total}"
    if waiting:
        return State(share, "", "", f"{waiting} suggestion{'s' * (waiting != 1)} to accept")
    if not accepted:
        return State(share, "", "", "Say what the columns become")
    # Not every column needs a field: with one accepted and none waiting the station counts as done.
    return State(share, DONE.tone)


stations.add("mapping", state)

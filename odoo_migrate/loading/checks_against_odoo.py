"""Check what only the server knows of a project, for `validate check --against-odoo`.

Modules and fields that are not there, languages and other choices that it does not offer, records that lookups point
to, external IDs that mean something else there, rights that the user lacks. The database is only read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from odoo_migrate import catalog
from odoo_migrate.catalog import OdooField
from odoo_migrate.odoo import preflight
from odoo_migrate.odoo import server_records as records
from odoo_migrate.odoo.client import Odoo
from odoo_migrate.odoo.odoo_errors import Rejected
from odoo_migrate.odoo.server_records import ServerField
from odoo_migrate.project import project_definition
from odoo_migrate.project.payload import ID, Payload
from odoo_migrate.project.problems import Problem, Problems
from odoo_migrate.project.project_definition import ModelMapping
from odoo_migrate.project.project_reader import Project
from odoo_migrate.rules import required_fields
from odoo_migrate.rules.value_rules import choice_texts
from odoo_migrate.stages.stage_progress import StageProgress, silent

CHUNK = 1000  # records whose IDs are asked for at once


@dataclass(frozen=True)
class Asked:
    """Count the records of a mapping, and how many of them the server holds already."""

    mapping: str
    records: int
    known: int


def check(found: Project, odoo: Odoo, problems: Problems, progress: StageProgress = silent) -> list[Asked]:
    """Add what the server does not agree with to `problems`; return how many records of each mapping it holds.

    Raises:
        OdooError: The server cannot be asked.
        FormatError: A payload is missing.
    """
    try:
        preflight.check_version(odoo, found.settings)
    except Rejected as wrong:
        problems.add(Problem(project_definition.SETTINGS_FILE, str(wrong)))
        return []
    models = list(dict.fromkeys(mapping.model for mapping in found.mappings.values()))
    absent = set(preflight.missing_models(odoo, models))
    there: list[ModelMapping] = []
    for mapping in found.mappings.values():
        if mapping.model in absent:
            problems.add(Problem(_file(mapping), _absent(found, mapping.model)))
        else:
            there.append(mapping)
    if not absent:
        _check_rights(found, odoo, models, problems)
    _check_targets(found, odoo, there, problems)
    return [_check_mapping(found, odoo, mapping, problems, progress) for mapping in there]


def _file(mapping: ModelMapping) -> str:
    return f"{project_definition.MAPPINGS}/{mapping.name}.yml"


def _absent(found: Project, model: str) -> str:
    module = preflight.module_of(found.settings, model)
    if not module:
        return f"The server has no {model}."
    return f"The server has no {model}; install the module {module} there."


def _check_rights(found: Project, odoo: Odoo, models: Sequence[str], problems: Problems) -> None:
    """Find what a load would be refused for as a whole."""
    try:
        preflight.check(odoo, found.settings, models)
    except Rejected as wrong:
        problems.add(Problem(project_definition.SETTINGS_FILE, str(wrong)))


def _check_mapping(
    found: Project, odoo: Odoo, mapping: ModelMapping, problems: Problems, progress: StageProgress
) -> Asked:
    fields = records.server_fields(odoo, mapping.model)
    _check_fields(found, mapping, fields, problems)
    _check_demanded(odoo, mapping, fields, problems)
    payload = Payload(found.root, mapping.name)
    choices = _choices(payload.fields, fields)
    file, total, met, known = f"{project_definition.RAW}/{found.source(mapping.name)}", payload.count, 0, 0
    rows = payload.records()
    for chunk in records.chunks(rows, CHUNK):
        held = records.find(odoo, [record.id for record in chunk])
        for record in chunk:
            model, _ = held.get(record.id, (mapping.model, 0))
            if model != mapping.model:
                words = f"In Odoo this is the ID of another kind of record ({model}); choose another ID pattern."
                problems.add(Problem(file, words, row=record.row, column=ID, value=record.id))
            for place, (name, offered) in choices.items():
                value = record.values[place]
                if value and value.lower() not in offered:
                    words = _not_offered(name, value)
                    problems.add(Problem(file, words, row=record.row, column=name, value=value))
        met, known = met + len(chunk), known + len(held)
        progress(mapping.name, met, total)
    return Asked(mapping.name, met, known)


def _check_fields(found: Project, mapping: ModelMapping, fields: Mapping[str, ServerField], problems: Problems) -> None:
    """Find columns whose fields the server has not, with the module that would bring them."""
    known = catalog.load(found.settings.odoo_version)
    entries: Mapping[str, OdooField] = {}
    if mapping.model in known:  # a model of somebody's own module is in no catalog
        entries = known.model(mapping.model).fields
    for column in mapping.fields:
        name = column.removesuffix("/id")
        if name not in fields:
            entry = entries.get(name)
            advice = ""
            if entry and entry.module:
                advice = f"; install the module {entry.module} there"
            message = f"The server's {mapping.model} has no field {name}{advice}."
            problems.add(Problem(_file(mapping), message, column=column))


def _check_demanded(odoo: Odoo, mapping: ModelMapping, fields: Mapping[str, ServerField], problems: Problems) -> None:
    """Find fields that this server demands besides: Odoo would refuse every new record without them."""
    mapped = {column.removesuffix("/id") for column in mapping.fields}
    given = mapped | required_fields.FILLED_BY_ODOO.get(mapping.model, set())
    demanded = [name for name, field in fields.items() if name not in given and _is_demanded(field)]
    if not demanded:
        return
    # The catalog knows fresh databases; this one may have modules and rules of its own.
    filled = records.defaults(odoo, mapping.model, demanded)
    for name in demanded:
        if not filled.get(name):
            message = f"The server demands '{fields[name].label}' ({name}) of every {mapping.model}; map it."
            problems.add(Problem(_file(mapping), message, level="warning"))


def _is_demanded(field: ServerField) -> bool:
    """Tell whether the database refuses an empty value; what is computed comes by itself."""
    return field.required and field.store and not field.depends and field.type not in required_fields.NEVER_EMPTY


def _choices(columns: Sequence[str], fields: Mapping[str, ServerField]) -> dict[int, tuple[str, frozenset[str]]]:
    """Return, by column index, name and lower-case choices of the columns that take one of several values."""
    found: dict[int, tuple[str, frozenset[str]]] = {}
    for place, name in enumerate(columns):
        field = fields.get(name)
        if field is not None and field.type == "selection" and field.selection:
            found[place] = (name, choice_texts(field.selection))
    return found


def _not_offered(name: str, value: str) -> str:
    if name == "lang":
        return f"The language {value} is not installed on the server."
    return "The server does not offer this choice."


def _check_targets(found: Project, odoo: Odoo, mappings: Sequence[ModelMapping], problems: Problems) -> None:
    """Check that records which lookups and constants point to are in this project or in Odoo, and of the right kind."""
    targets = list(_targets(found, odoo, mappings))
    # A lookup of a thousand keys often leads to a few records.
    wanted = {external_id for _, external_id, _ in targets}
    # What this project brings itself need not be there yet; a million IDs are looked through, not kept.
    for mapping in found.mappings.values():
        if wanted:
            records_of = Payload(found.root, mapping.name).records()
            wanted -= {record.id for record in records_of if record.id in wanted}
    held = records.find(odoo, wanted)
    for place, external_id, relation in dict.fromkeys(targets):
        if external_id not in wanted:
            continue
        model = held.get(external_id, ("", 0))[0]
        if not model:
            problems.add(_said(place, external_id, "Neither this project nor the server has this record."))
        elif model != relation:
            problems.add(_said(place, external_id, f"On the server this is a {model}, where a {relation} is wanted."))


def _targets(
    found: Project, odoo: Odoo, mappings: Sequence[ModelMapping]
) -> Iterator[tuple[tuple[str, str], str, str]]:
    """Yield (file, column or key in it), external ID, and the model that is wanted there."""
    for mapping in mappings:
        fields = records.server_fields(odoo, mapping.model)
        for column, entry in mapping.fields.items():
            field = fields.get(column.removesuffix("/id"))
            if field is None or not field.relation or not column.endswith("/id"):
                continue
            if entry.lookup:
                for key, external_id in found.lookup(entry.lookup).items():
                    yield (f"{project_definition.LOOKUPS}/{entry.lookup}.csv", key), external_id, field.relation
            if entry.value:
                for external_id in entry.value.split(","):
                    yield (_file(mapping), column), external_id, field.relation


def _said(place: tuple[str, str], external_id: str, message: str) -> Problem:
    file, column = place
    return Problem(file, message, column=column, value=external_id)

"""Check a project for `validate check`: report what Odoo would refuse or store wrongly before anything is sent."""

from __future__ import annotations

from pathlib import Path

from odoo_migrate.catalog import Catalog
from odoo_migrate.project import project_definition
from odoo_migrate.project.payload import Payload
from odoo_migrate.project.problems import Problem, Problems
from odoo_migrate.project.project_reader import Project
from odoo_migrate.project.yaml_text import FormatError
from odoo_migrate.stages import config_checks, load_order, payload_stamps
from odoo_migrate.stages.mapping_checks import MappingChecks
from odoo_migrate.stages.project_ids import ProjectIds, RepeatedIds
from odoo_migrate.stages.project_mappings import catalog_of
from odoo_migrate.stages.record_checks import RecordChecks, UniqueValues
from odoo_migrate.stages.reference_checks import Hierarchy, ReferenceChecks
from odoo_migrate.stages.stage_progress import StageProgress, silent


def check(root: Path, problems: Problems, progress: StageProgress = silent) -> None:
    """Check all that the project's own files say: settings, payload, references, order.

    What is wrong goes to `problems`; the payload is checked only where the settings can be used.
    """
    found = config_checks.read(root, problems)
    if found is None:
        return
    known = catalog_of(found)
    for name, mapping in found.mappings.items():
        for problem in MappingChecks(found, known, mapping, config_checks.lines_of(root, name)).problems():
            problems.add(problem)
    ready = [name for name in found.mappings if _is_ready(found, name, problems)]
    try:
        _check_payload(found, known, ready, problems, progress)
    except FormatError as problem:
        problems.add(Problem.of(problem))


def _is_ready(found: Project, name: str, problems: Problems) -> bool:
    """Return whether a mapping's payload can be looked at; report where it is not what the project gives."""
    payload, mapping = Payload(found.root, name), found.mappings[name]
    try:
        if payload.fields != tuple(mapping.fields):
            raise FormatError(
                "its columns are not the mapping's fields; run: odoo-migrate transform execute", payload.file
            )
        changed, by_hand = payload_stamps.changes(found, mapping)
    except FormatError as problem:
        problems.add(Problem.of(problem))
        return False
    if changed:
        message = f"it was made before {', '.join(changed)} changed; run: odoo-migrate transform execute"
        problems.add(Problem(payload.file, message))
    elif by_hand:
        problems.add(Problem(payload.file, "it was changed by hand after it was made.", level="warning"))
    return True


def _check_payload(
    found: Project, known: Catalog, ready: list[str], problems: Problems, progress: StageProgress
) -> None:
    """Check the records of all payloads that are `ready`. Raises FormatError where one is damaged."""
    repeated = RepeatedIds(found, known, problems)
    ids = ProjectIds(found, ready, repeated)
    repeated.finish()
    whole = len(ready) == len(found.mappings)
    references, unique = ReferenceChecks(found, ids, whole=whole), UniqueValues()
    models = {found.mappings[name].model for name in ready}
    hierarchies = {model: Hierarchy(found, known, model, ids) for model in sorted(models)}
    for name in ready:
        progress(name, 0, ids.count(name))
        mapping = found.mappings[name]
        checks = RecordChecks(found, known, mapping, config_checks.lines_of(found.root, name), problems)
        checks.run(Payload(found.root, name), references, unique, hierarchies[mapping.model], progress)
    # Circles that Odoo refuses can be named only when the parents of all records are known.
    endless = [problem for one in hierarchies.values() for problem in one.problems()]
    for problem in endless:
        problems.add(problem)
    # An order over some of the payloads would be none of the project, and no order loads an endless circle.
    if whole and not endless:
        _check_order(found, ids, problems)


def _check_order(found: Project, ids: ProjectIds, problems: Problems) -> None:
    try:
        _, notes = load_order.steps(found, ids)
    except load_order.Cycle as cycle:
        problems.add(Problem(project_definition.SETTINGS_FILE, str(cycle)))
    else:
        for note in notes:
            problems.add(Problem(project_definition.SETTINGS_FILE, note, level="warning"))

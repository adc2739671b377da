"""Keep runs: runs/<id>/ holds what will be sent and everything that came of it.

    manifest.json       the steps in their order, and SHA-256 and records of everything that will be sent
    order.txt           the same order, for a person
    journal.jsonl       what was meant and what was done
    failed/             records that were not stored, with the reason
    differences/        values that Odoo keeps differently
    adopted/            what `load adopt` matched and what it left open
    log.txt             for whoever looks into a problem

A run belongs to one payload and one database. One process at a time works on it.
"""

from __future__ import annotations

import fcntl
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from odoo_migrate.project import project_definition as project
from odoo_migrate.project.payload import Payload, Record
from odoo_migrate.project.project_reader import Project, file_sha256, read_project
from odoo_migrate.project.safe_files import inside, replacing
from odoo_migrate.rules.reference_rules import wrong_id
from odoo_migrate.stages import load_order, payload_stamps
from odoo_migrate.stages.load_order import LoadStep
from odoo_migrate.stages.project_ids import Owner, ProjectIds

RUNS = "runs"
FORMAT = 1
# Runs are folders: what Windows and Unix both take as a name, and no path.
_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class RunProblem(ValueError):
    """Say in one sentence for the user why a run cannot be made or used."""


@dataclass(frozen=True)
class Sent:
    """Name a file that is sent or decides what is sent; `records` of a payload, None for any other file."""

    path: str
    sha256: str
    records: int | None


@dataclass(frozen=True)
class Run:
    """Hold a run as its manifest says it; `folder` is runs/<id>."""

    id: str
    folder: Path
    project: Project
    steps: Sequence[LoadStep]
    notes: Sequence[str]
    files: Sequence[Sent]

    @property
    def root(self) -> Path:
        """Return the project's directory."""
        return self.project.root

    def file(self, name: str) -> str:
        """Return the path in the project of a file of this run."""
        return f"{RUNS}/{self.id}/{name}"

    @property
    def journal(self) -> Path:
        """Return the file of the journal; raise FormatError where it leads out of the project."""
        return inside(self.root, self.file("journal.jsonl"))

    @property
    def mappings(self) -> list[str]:
        """Return every mapping once, in the order of the steps."""
        return list(dict.fromkeys(step.mapping for step in self.steps))

    def payload(self, mapping: str) -> Payload:
        """Return the payload of a mapping."""
        return Payload(self.root, mapping)

    def raw_files(self) -> dict[str, str]:
        """Return the raw file's path in the project, by mapping."""
        return {mapping: f"{project.RAW}/{self.project.raw_file(mapping).name}" for mapping in self.mappings}

    def changed(self) -> list[str]:
        """Return the paths of what will be sent that is no longer what it was when the run was made."""
        return [one.path for one in self.files if _sha256(self.root, one.path) != one.sha256]


def init(root: Path, *, order: Sequence[str] = (), run_id: str = "") -> Run:
    """Make a run of the payload as it is now.

    Args:
        root: The project's directory.
        order: Mappings or models, to load these in this order.
        run_id: The run's name; date and time where it is empty.

    Raises:
        RunProblem: The payload is missing or outdated, or the order or the name cannot be used.
        FormatError: A file of the project cannot be used.
        Cycle: No order puts parents first.
    """
    found = read_project(root)
    missing = [name for name in found.mappings if not Payload(root, name).exists()]
    if missing:
        raise RunProblem(
            f"There is no payload of {', '.join(missing)}; run 'odoo-migrate source prepare' and "
            "'odoo-migrate transform execute' first."
        )
    refuse_outdated(found)
    _refuse_strange_ids(found)
    steps, notes = load_order.steps(found, ProjectIds(found, repeated=_refuse_repeated))
    if order:
        steps = ordered(steps, order)
    files = _files(found)
    folder = _new_folder(root, run_id or datetime.now(UTC).strftime("%Y%m%d-%H%M%S"))
    run = Run(folder.name, folder, found, steps, tuple(notes), files)
    with replacing(root, run.file("order.txt")) as stream:
        stream.writelines(f"{line}\n".encode() for line in order_lines(run))
    with replacing(root, run.file("manifest.json")) as stream:
        stream.write(f"{json.dumps(_manifest(run), indent=2, ensure_ascii=False)}\n".encode())
    return run


def refuse_outdated(found: Project) -> None:
    """Raise RunProblem where the payload does not follow from the project as it is now."""
    for name, mapping in found.mappings.items():
        changed, by_hand = payload_stamps.changes(found, mapping)
        if changed or by_hand:
            why = "was changed by hand"
            if changed:
                why = f"is older than {changed[0]}"
            raise RunProblem(
                f"The payload of {name} {why}; run 'odoo-migrate source prepare', 'transform execute' and 'validate "
                "check' again first."
            )


def _refuse_strange_ids(found: Project) -> None:
    """Raise RunProblem where a record has a name that is none of the project's own."""
    for name, mapping in found.mappings.items():
        namespace = mapping.id.partition(".")[0]
        for record in Payload(found.root, name).records():
            if wrong_id(record.id) or not record.id.startswith(f"{namespace}."):
                raise RunProblem(
                    f"The payload of {name} holds the ID '{record.id}' (row {record.row}), which is none of the "
                    "project's; run 'odoo-migrate transform execute' again."
                )


def _refuse_repeated(mapping: str, record: Record, earlier: Owner) -> None:
    if mapping == earlier.mapping:
        raise RunProblem(
            f"The payload of {mapping} holds the ID '{record.id}' twice (rows {earlier.row} and {record.row}); run "
            "'odoo-migrate transform execute' again."
        )


def ordered(steps: Sequence[LoadStep], order: Sequence[str]) -> list[LoadStep]:
    """Return steps in the order that the user gives, by mapping or model.

    Raises RunProblem where it leaves one out, names one that is not there, or puts a record before one that it refers
    to.
    """
    places = {name: place for place, name in enumerate(order)}
    known: set[str] = set()
    for step in steps:
        known |= {step.mapping, step.model}
    unknown = [name for name in order if name not in known]
    if unknown:
        raise RunProblem(f"--order names {', '.join(unknown)}, which this project does not have.")
    left_out = [step.mapping for step in steps if step.mapping not in places and step.model not in places]
    if left_out:
        raise RunProblem(f"--order leaves out {', '.join(dict.fromkeys(left_out))}; name every mapping once.")

    def place(step: LoadStep) -> tuple[bool, int]:
        # All second passes come last; a mapping that is named itself need not follow its model.
        return step.second, places.get(step.mapping, places.get(step.model, 0))

    wanted = sorted(steps, key=place)
    _check_parents_first(wanted)
    return wanted


def _check_parents_first(steps: Sequence[LoadStep]) -> None:
    done: set[str] = set()
    for step in steps:
        for column, mappings in step.own.items():
            for name in mappings:
                # References within a mapping are put in order record by record.
                if name not in done and name != step.mapping:
                    raise RunProblem(
                        f"--order puts {step.mapping} before {name}, to which its '{column}' refers; swap them."
                    )
        done.add(step.mapping)


def _new_folder(root: Path, run_id: str) -> Path:
    if not _RUN_ID.fullmatch(run_id):
        raise RunProblem(f"'{run_id}' cannot name a run; use letters, digits, '-' and '_', at most 64.")
    # The manifest is written last: a folder without one is of a run that was never finished making, and is used again.
    if inside(root, f"{RUNS}/{run_id}/manifest.json").exists():
        raise RunProblem(f"There is a run '{run_id}' already; choose another --run-id.")
    folder = root / RUNS / run_id
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _files(found: Project) -> list[Sent]:
    """Return what decides what is sent: the settings (time zone, company) and every payload."""
    sent = [Sent(project.SETTINGS_FILE, _sha256(found.root, project.SETTINGS_FILE), None)]
    for name in found.mappings:
        payload = Payload(found.root, name)
        sent.append(Sent(payload.file, payload.sha256(), payload.count))
    return sent


def _sha256(root: Path, name: str) -> str:
    """Return the hash of a file of the project; "" where it is gone, which no hash equals."""
    path = inside(root, name)
    if not path.is_file():
        return ""
    return file_sha256(path)


def order_lines(run: Run) -> list[str]:
    """Return one line a step: the mapping, and for a second pass the columns that it closes."""
    return [_order_line(step) for step in run.steps]


def _order_line(step: LoadStep) -> str:
    if not step.second:
        return step.mapping
    return f"{step.mapping} (second pass: {', '.join(step.fields)})"


def _manifest(run: Run) -> dict[str, Any]:
    settings = run.project.settings
    return {
        "format": FORMAT,
        "run": run.id,
        "odoo_version": settings.odoo_version,
        "namespace": settings.namespace,
        "steps": [_step_as_json(step) for step in run.steps],
        "notes": list(run.notes),
        "files": [vars(one) for one in run.files],
    }


def _step_as_json(step: LoadStep) -> dict[str, Any]:
    return {
        "mapping": step.mapping,
        "model": step.model,
        "fields": list(step.fields),
        "second": step.second,
        "own": {column: list(mappings) for column, mappings in step.own.items()},
        "selves": list(step.selves),
    }


def read(root: Path, run_id: str) -> Run:
    """Return a run of the project in `root`; raise RunProblem or FormatError where it cannot be used."""
    folder = root / RUNS / run_id
    if not _RUN_ID.fullmatch(run_id) or not inside(root, f"{RUNS}/{run_id}/manifest.json").exists():
        raise RunProblem(f"There is no run '{run_id}' here{_others(root)}.")
    try:
        # People open these files; whatever they did to one, the answer is a sentence and no traceback.
        return _run(root, folder, json.loads((folder / "manifest.json").read_text(encoding="utf-8")))
    except RunProblem:
        raise
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise RunProblem(f"runs/{run_id}/manifest.json is damaged; make a new run with 'load init'.") from problem


def _run(root: Path, folder: Path, content: Mapping[str, Any]) -> Run:
    if content["format"] != FORMAT:
        raise RunProblem(f"runs/{folder.name} was made by another version of this program; make a new run.")
    steps = [_step_from_json(one) for one in content["steps"]]
    files = [Sent(str(one["path"]), str(one["sha256"]), one["records"]) for one in content["files"]]
    found = read_project(root)
    # The steps name mappings; one that was removed since would fail in the middle of a load.
    gone = sorted({step.mapping for step in steps} - set(found.mappings))
    if gone:
        raise RunProblem(f"The project has no mapping '{gone[0]}' any more; make a new run with 'load init'.")
    return Run(folder.name, folder, found, steps, tuple(content["notes"]), files)


def _step_from_json(entry: Mapping[str, Any]) -> LoadStep:
    """Return a step as `_step_as_json` wrote it; a wrong type raises TypeError, AttributeError or KeyError."""
    own = {str(column): tuple(map(str, names)) for column, names in entry["own"].items()}
    return LoadStep(
        mapping=str(entry["mapping"]),
        model=str(entry["model"]),
        fields=tuple(map(str, entry["fields"])),
        second=bool(entry["second"]),
        own=own,
        selves=tuple(map(str, entry["selves"])),
    )


def _others(root: Path) -> str:
    found = names(root)
    if not found:
        return "; make one with 'odoo-migrate load init'"
    # Names of runs begin with their date, unless the user chose them, so these are the latest.
    return f"; there are {', '.join(found[-5:])}"


def names(root: Path) -> list[str]:
    """Return the runs of a project, by name."""
    return sorted(path.parent.name for path in (root / RUNS).glob("*/manifest.json"))


@contextmanager
def locked(run: Run) -> Iterator[None]:
    """Let only one process at a time work on a run; raise RunProblem. The lock goes with the process."""
    with inside(run.root, run.file(".lock")).open("a") as stream:
        try:
            # The system lets go of it when the process ends, however it ends; a file of our own would stay.
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            raise RunProblem(f"Another process is working on the run '{run.id}'; wait until it ends.") from problem
        yield

"""What the pages of this app show: plain values for templates, computed in one place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings as django_settings
from django.urls import reverse

from migrator import stations
from migrator.models import Job, User
from migrator.stations import DONE, State
from profiling import demo, selectors
from profiling.access import Role, role_of
from profiling.first_rows import head_of
from profiling.forms import DatasetForm, HeaderForm, ShareForm, UploadForm
from profiling.models import Dataset, Sheet, SourceFile
from profiling.page_wording import change_sentences, correction_sentence, header_text


def of_dataset(user: Any, dataset: Dataset, station: str, sheet: Sheet | None = None) -> dict[str, Any]:
    """What dataset_base.html needs."""
    role = role_of(user, dataset) or Role.VIEWER
    return {
        "dataset": dataset,
        "station": station,
        "rail": stations.rail(dataset),
        "sheets": [one for one in Sheet.objects.filter(dataset=dataset).select_related("source") if one.rows],
        "sheet": sheet,
        "can_edit": role >= Role.EDITOR,
        "is_owner": role >= Role.OWNER,
    }


def next_station(states: dict[str, State], dataset: Dataset, after: str) -> dict[str, str]:
    """Where to go on from a station: the next one of the way where something is to be done, else the next one."""
    later = stations.ORDER[stations.ORDER.index(after) + 1 :]
    waiting = next((slug for slug in later if slug in states and states[slug].todo), later[0] if later else "")
    if not waiting:
        return {"next_text": "", "next_url": ""}
    return {"next_text": waiting.capitalize(), "next_url": reverse(f"dataset_{waiting}", args=[dataset.pk])}


def dashboard(user: Any, datasets: Iterable[Dataset]) -> dict[str, Any]:
    rows = [_dashboard_row(user, dataset) for dataset in datasets]
    there = {row["name"] for row in rows if not row["owner"]}
    missing = any(name not in there for name, _, _ in demo.SAMPLES)
    return {"datasets": rows, "samples_url": reverse("samples_load") if missing else ""}


def _dashboard_row(user: User, dataset: Dataset) -> dict[str, Any]:
    sheets = [sheet for sheet in dataset.sheets.all() if not sheet.skip and not sheet.missing]
    role = role_of(user, dataset) or Role.VIEWER
    return {
        "id": dataset.pk,
        "name": dataset.name,
        "odoo_version": dataset.odoo_version.removesuffix(".0"),
        "sheets": len(sheets),
        "rows": sum(sheet.rows for sheet in sheets),
        "files": sum(file.current for file in dataset.files.all()),
        "updated_at": dataset.updated_at,
        "owner": "" if dataset.owner_id == user.pk else str(dataset.owner or "nobody"),
        "role": role.name.lower(),
        "job": _running(file.job for file in dataset.files.all()),
        **_next_thing(dataset),
    }


def _next_thing(dataset: Dataset) -> dict[str, Any]:
    states = stations.rail(dataset)
    done = sum(state.tone == "done" for state in states.values())
    found = stations.next_thing(states)
    if found is None:
        return {"done": done, "next_text": "", "next_url": "", "problem": False}
    station, state = found
    url = reverse(f"dataset_{station}", args=[dataset.pk])
    return {"done": done, "next_text": state.todo, "next_url": url, "problem": state.tone == "problem"}


def files(user: Any, dataset: Dataset, form: UploadForm) -> dict[str, Any]:
    base = of_dataset(user, dataset, "files")
    listed = [_file(source) for source in selectors.listed_files(dataset)]
    ready = any(file["sheets"] for file in listed)
    following = next_station(base["rail"], dataset, "files") if ready else {"next_text": "", "next_url": ""}
    return {**base, **following, "files": listed, "limits": limits_text(), "form": form}


def _file(source: SourceFile) -> dict[str, Any]:
    return {
        "id": source.pk,
        "name": source.name,
        "version": source.version,
        "size": source.size,
        "uploaded_at": source.uploaded_at,
        "uploaded_by": str(source.uploaded_by or ""),
        "problem": source.problem,
        "changes": [*change_sentences(source.changes), *correction_sentence(source)],
        "job": _unfinished(source.job) if not source.problem else None,
        "sheets": [_sheet(sheet) for sheet in source.sheets.all()],
    }


def _sheet(sheet: Any) -> dict[str, Any]:
    text, note = header_text(sheet)
    return {
        "id": sheet.pk, "name": sheet.name, "rows": sheet.rows, "columns": len(sheet.titles), "hidden": sheet.hidden,
        "skip": sheet.skip, "missing": sheet.missing, "header_text": text, "header_note": note,
        "findings": sheet.open_findings,
    }  # fmt: skip


def limits_text() -> str:
    """What may be uploaded at most, in a sentence."""
    most = django_settings.READING_LIMITS
    return f"At most {most['file_bytes'] // 2**20:,} MB and {most['columns']:,} columns each."


def settings(user: Any, dataset: Dataset, form: DatasetForm, share_form: ShareForm) -> dict[str, Any]:
    members = dataset.memberships.select_related("user")
    return {**of_dataset(user, dataset, "settings"), "form": form, "share_form": share_form, "members": members}


def header(user: Any, sheet: Sheet, form: HeaderForm) -> dict[str, Any]:
    return {**of_dataset(user, sheet.dataset, "files", sheet), "head": head_of(sheet), "form": form}


def files_state(dataset: Dataset) -> State:
    """The rail's word on Files."""
    sources = list(selectors.listed_files(dataset).prefetch_related(None))
    if any(source.problem or _failed(source.job) for source in sources):
        return State("1", "problem", "circle-x", "A file could not be read")
    if _running(source.job for source in sources):
        return State("reading", "", "loader-circle")
    if not any(source.current for source in sources):
        return State(todo="Bring your spreadsheets")
    return DONE


stations.add("files", files_state)


def _unfinished(job: Job | None) -> Job | None:
    return job if job is not None and job.status != Job.Status.DONE else None


def _failed(job: Job | None) -> bool:
    return job is not None and job.status == Job.Status.FAILED


def _running(some: Iterable[Job | None]) -> Job | None:
    return next((job for job in some if job is not None and not job.ended), None)

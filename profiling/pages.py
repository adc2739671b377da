"""What the pages of this app show: plain values for templates, computed in one place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.conf import settings as django_settings
from django.urls import reverse

from engine.values.characters import ENCODING_NAMES
from migrator import stations
from migrator.models import Job, User
from migrator.stations import DONE, State
from profiling import sample_datasets, selectors
from profiling.access import Role, role_of
from profiling.forms import DatasetForm, EncodingForm, HeaderForm, ShareForm, UploadForm
from profiling.models import Dataset, Sheet, SourceFile
from profiling.opened_uploads import first_rows

LISTED_TEXTS = 6  # of the titles or values that a new version of a file brought or lost


# --- The frame of all pages of a dataset ----------------------------------------------------------------------
def of_dataset(user: Any, dataset: Dataset, station: str, sheet: Sheet | None = None) -> dict[str, Any]:
    """Return what dataset_base.html needs."""
    role = role_of(user, dataset) or Role.VIEWER
    sheets = Sheet.objects.filter(dataset=dataset).select_related("source")
    return {
        "dataset": dataset,
        "station": station,
        "rail": stations.rail(dataset),
        "sheets": [one for one in sheets if one.rows],
        "sheet": sheet,
        "can_edit": role >= Role.EDITOR,
        "is_owner": role >= Role.OWNER,
    }


def next_station(states: dict[str, State], dataset: Dataset, after: str) -> dict[str, str]:
    """Return where to go on from a station: the next one with something to do, else the next one of the way."""
    later = stations.ORDER[stations.ORDER.index(after) + 1 :]
    if not later:
        return {"next_text": "", "next_url": ""}
    following = later[0]
    for slug in later:
        if slug in states and states[slug].todo:
            following = slug
            break
    return {"next_text": following.capitalize(), "next_url": reverse(f"dataset_{following}", args=[dataset.pk])}


# --- The dashboard --------------------------------------------------------------------------------------------
def dashboard(user: Any, datasets: Iterable[Dataset]) -> dict[str, Any]:
    """Return what dashboard.html needs."""
    rows = [_dashboard_row(user, dataset) for dataset in datasets]
    mine = {row["name"] for row in rows if not row["owner"]}
    samples = {name for name, _, _ in sample_datasets.SAMPLES}
    samples_url = ""
    if samples - mine:  # they are offered until all are there, or again once one was deleted
        samples_url = reverse("samples_load")
    return {"datasets": rows, "samples_url": samples_url}


def _dashboard_row(user: User, dataset: Dataset) -> dict[str, Any]:
    sheets = [sheet for sheet in dataset.sheets.all() if not sheet.skip and not sheet.missing]
    files = dataset.files.all()
    owner = ""  # a reader's own datasets need no owner's name
    if dataset.owner_id != user.pk:
        owner = str(dataset.owner or "nobody")
    role = role_of(user, dataset) or Role.VIEWER
    return {
        "id": dataset.pk,
        "name": dataset.name,
        "odoo_version": dataset.odoo_version.removesuffix(".0"),
        "sheets": len(sheets),
        "rows": sum(sheet.rows for sheet in sheets),
        "files": sum(file.current for file in files),
        "updated_at": dataset.updated_at,
        "owner": owner,
        "role": role.name.lower(),
        "job": _running(files),
        **_next_thing(dataset),
    }


def _next_thing(dataset: Dataset) -> dict[str, Any]:
    states = stations.rail(dataset)
    tones = [state.tone for state in states.values()]
    done = tones.count("done")
    found = stations.next_thing(states)
    if found is None:
        return {"done": done, "next_text": "", "next_url": "", "problem": False}
    station, state = found
    url = reverse(f"dataset_{station}", args=[dataset.pk])
    return {"done": done, "next_text": state.todo, "next_url": url, "problem": state.tone == "problem"}


# --- Files and sheets -----------------------------------------------------------------------------------------
def files(user: Any, dataset: Dataset, form: UploadForm) -> dict[str, Any]:
    """Return what files.html needs."""
    base = of_dataset(user, dataset, "files")
    listed = [_file(source) for source in selectors.listed_files(dataset)]
    following = {"next_text": "", "next_url": ""}
    if any(file["sheets"] for file in listed):  # before that, all other stations are empty
        following = next_station(base["rail"], dataset, "files")
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
        # The sentence of a file that was refused says it all; its job would say it twice.
        "job": None if source.problem else _unfinished(source.job),
        "sheets": [_sheet(sheet) for sheet in source.sheets.all()],
        "letters": ENCODING_NAMES.get(source.encoding, source.encoding),
        "encoding_form": EncodingForm(initial={"encoding": source.chosen_encoding}) if source.encoding else None,
    }


def _sheet(sheet: Any) -> dict[str, Any]:
    text, note = header_text(sheet)
    return {
        "id": sheet.pk, "name": sheet.name, "rows": sheet.rows, "columns": len(sheet.titles), "hidden": sheet.hidden,
        "skip": sheet.skip, "missing": sheet.missing, "header_text": text, "header_note": note,
        "findings": sheet.open_findings,
    }  # fmt: skip


def limits_text() -> str:
    """Return what may be uploaded at most, in a sentence."""
    most = django_settings.READING_LIMITS
    return f"At most {most['file_bytes'] // 2**20:,} MB and {most['columns']:,} columns each."


def header(user: Any, sheet: Sheet, form: HeaderForm) -> dict[str, Any]:
    """Return what sheet_header.html needs."""
    return {**of_dataset(user, sheet.dataset, "files", sheet), "head": first_rows(sheet), "form": form}


def header_text(sheet: Sheet) -> tuple[str, str]:
    """Return where the titles are, and why that deserves a look ("" where it does not)."""
    rows = sheet.header_rows
    if not rows and sheet.header_override:
        return "No row with titles", "chosen by hand"
    if not rows:
        return "No row with titles", "The columns are numbered; choose the row with the titles if there is one."
    text = f"On row {rows[0]}"
    if len(rows) > 1:
        text = f"On rows {rows[0]} to {rows[-1]}"
    if sheet.header_override:
        return text, "chosen by hand"
    above = sheet.shape.get("title_rows") or []
    if not above:
        return text, ""
    many = "the row" if len(above) == 1 else f"{len(above)} rows"
    return text, f"{many} above looked like a report title"


def files_state(dataset: Dataset) -> State:
    """Return what the rail says beside Files."""
    sources = list(selectors.listed_files(dataset).prefetch_related(None))
    if any(source.problem or _failed(source.job) for source in sources):
        return State("1", "problem", "circle-x", "A file could not be read")
    if _running(sources):
        return State("reading", "", "loader-circle")
    if not any(source.current for source in sources):
        return State(todo="Bring your spreadsheets")
    return DONE


stations.add("files", files_state)


# --- What a new version of a file changed ---------------------------------------------------------------------
def change_sentences(changes: Mapping[str, Any]) -> list[str]:
    """Return what a new version of a file changed, a sentence each; `changes` is by sheet, as its record keeps them."""
    sentences: list[str] = []
    for sheet, change in changes.items():
        sentences.extend(_sheet_sentences(sheet, change))
    return sentences


def correction_sentence(source: SourceFile) -> list[str]:
    """Return what a file with corrected rows did; [] for any other file."""
    if source.corrects is None:
        return []
    count = source.corrected_rows
    return [f"{count:,} row{'s' * (count != 1)} of {source.corrects.name} stand as corrected here."]


def _sheet_sentences(sheet: str, change: Mapping[str, Any]) -> list[str]:
    if change.get("new"):
        return [f"{sheet} is a new sheet."]
    if change.get("gone"):
        return [f"{sheet} is no longer in the file."]
    before, after = change["rows"]
    sentences = []
    if before != after:
        sentences.append(f"{sheet}: {after:,} rows, {before:,} before.")
    if change["titles_added"]:
        sentences.append(f"{sheet}: new columns {_listed(change['titles_added'])}.")
    if change["titles_gone"]:
        sentences.append(f"{sheet}: the columns {_listed(change['titles_gone'])} are gone.")
    for title, values in change["values"].items():
        sentences.extend(_value_sentences(title, values))
    return sentences or [f"{sheet}: the same titles and values as before."]


def _value_sentences(title: str, values: Mapping[str, Sequence[str]]) -> list[str]:
    sentences = []
    if values["added"]:
        sentences.append(f"{title}: new values {_listed(values['added'])}.")
    if values["gone"]:
        sentences.append(f"{title}: no longer {_listed(values['gone'])}.")
    return sentences


def _listed(texts: Sequence[str]) -> str:
    shown = ", ".join(f"'{text}'" for text in texts[:LISTED_TEXTS])
    further = len(texts) - LISTED_TEXTS
    if further <= 0:
        return shown
    return f"{shown} and {further} more"


# --- Settings -------------------------------------------------------------------------------------------------
def settings(user: Any, dataset: Dataset, form: DatasetForm, share_form: ShareForm) -> dict[str, Any]:
    """Return what settings.html needs."""
    members = dataset.memberships.select_related("user")
    return {**of_dataset(user, dataset, "settings"), "form": form, "share_form": share_form, "members": members}


# --- Jobs -----------------------------------------------------------------------------------------------------
def _unfinished(job: Job | None) -> Job | None:
    if job is None or job.status == Job.Status.DONE:
        return None
    return job


def _failed(job: Job | None) -> bool:
    return job is not None and job.status == Job.Status.FAILED


def _running(sources: Iterable[SourceFile]) -> Job | None:
    """Return the first job that still reads one of these files."""
    for source in sources:
        if source.job is not None and not source.job.ended:
            return source.job
    return None

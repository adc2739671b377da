"""Everything that writes datasets, files and sheets, apart from the reading itself (profiling.file_import)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.files import File
from django.db import IntegrityError, transaction
from django.db.models import F, Max, QuerySet
from django.utils import timezone

from migrator import jobs
from migrator.models import Job, User, record
from profiling import access
from profiling.models import Dataset, Finding, Membership, Sheet, SourceFile

READ_TASK = "profiling.tasks.read_file"
REREAD_TASK = "profiling.tasks.reread_sheet"
READ_AGAIN_TASK = "profiling.tasks.read_file_again"


def create_dataset(*, name: str, owner: User | None = None, **values: Any) -> Dataset:
    """Make an empty dataset; its time zone is the owner's unless given. Raises ValidationError."""
    if owner is not None:
        values.setdefault("time_zone", owner.time_zone)
    dataset = Dataset(name=name.strip(), owner=owner, **values)
    dataset.full_clean(exclude=["owner"])
    with transaction.atomic():
        dataset.save()
        record(owner, "dataset.create", f"Created '{dataset.name}'", dataset=dataset.pk)
    return dataset


def change_settings(*, dataset: Dataset, values: Mapping[str, Any], user: User | None = None) -> None:
    """Change what holds for the whole dataset, such as its country. Raises ValidationError."""
    for name, value in values.items():
        setattr(dataset, name, value)
    dataset.full_clean(exclude=["owner"])
    with transaction.atomic():
        dataset.save(update_fields=[*values, "updated_at"])
        record(user, "dataset.change", f"Changed {', '.join(values)}", dataset=dataset.pk)
        touch(dataset)


def touch(dataset: Dataset) -> None:
    """Note that the recipe or the files have changed: what was computed before is stale."""
    Dataset.objects.filter(pk=dataset.pk).update(revision=F("revision") + 1, updated_at=timezone.now())


def delete_dataset(*, dataset: Dataset, user: User | None) -> None:
    """Delete the dataset with all that was derived from it: sheets, recipe, exports, stored files."""
    with transaction.atomic():
        for link in access.JOB_LINKS:
            _cancel(Job.objects.filter(**{link: dataset}))
        record(user, "dataset.delete", f"Deleted '{dataset.name}'", dataset=dataset.pk)
        dataset.delete()


def store_file(
    *, dataset: Dataset, upload: File[bytes], name: str, user: User | None = None, encoding: str = ""
) -> SourceFile:
    """Keep an upload, unaltered, as the next version of its name. It becomes current once it has been read.

    An `encoding` that a person chose holds for later versions too.
    """
    clean = clean_name(name)
    digest, size = _digest(upload)
    for _ in range(3):  # two uploads of one name at the same moment: the later takes the next number
        source = SourceFile(dataset=dataset, name=clean, sha256=digest, size=size, uploaded_by=user)
        source.chosen_encoding = encoding or _chosen_before(dataset, clean)
        source.version = _next_version(dataset, clean)
        source.current = False
        source.file.save(clean, upload, save=False)
        try:
            with transaction.atomic():
                source.save()
                record(user, "file.upload", f"Uploaded {source}", dataset=dataset.pk, sha256=digest)
        except IntegrityError:
            source.file.delete(save=False)
            continue
        return source
    raise IntegrityError(f"{clean} is being uploaded by several people at once")


def upload_file(*, dataset: Dataset, upload: File[bytes], name: str, user: User | None = None) -> SourceFile:
    """Keep an upload and read it in the background; the file's job tells how far that is."""
    source = store_file(dataset=dataset, upload=upload, name=name, user=user)
    with transaction.atomic():
        source.job = jobs.start(f"Reading {source.name}", READ_TASK, source.pk, user=user)
        source.save(update_fields=["job"])
    return source


def clean_name(name: str) -> str:
    """Return a file's own name, at most 200 characters with its ending.

    There are no directories in it, no characters that control a terminal or the direction of writing, and no halves
    of characters.
    """
    base = re.split(r"[\\/]", name)[-1]
    base = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]", "", base).strip()
    if not base.strip("."):
        return "upload"
    stem, dot, ending = base.rpartition(".")
    return base if len(base) <= 200 else f"{stem[: 199 - len(ending)]}{dot}{ending}"[-200:]


def _digest(upload: File[bytes]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    upload.seek(0)
    for chunk in upload.chunks():
        digest.update(chunk)
        size += len(chunk)
    upload.seek(0)
    return digest.hexdigest(), size


def _chosen_before(dataset: Dataset, name: str) -> str:
    """Return the encoding that was chosen for the version before, "" for none."""
    former = SourceFile.objects.filter(dataset=dataset, name=name).order_by("-version").first()
    return former.chosen_encoding if former else ""


def _next_version(dataset: Dataset, name: str) -> int:
    newest = SourceFile.objects.filter(dataset=dataset, name=name).aggregate(newest=Max("version"))["newest"]
    return (newest or 0) + 1


def delete_file(*, source: SourceFile, user: User | None) -> None:
    """Delete all versions of a file, with the sheets read from it and everything decided about them."""
    versions = SourceFile.objects.filter(dataset=source.dataset_id, name=source.name)
    with transaction.atomic():
        _cancel(Job.objects.filter(files__in=versions))
        versions.delete()
        record(user, "file.delete", f"Deleted {source.name}", dataset=source.dataset_id)
        touch(source.dataset)


def _cancel(work: QuerySet[Job]) -> None:
    """Stop what works on records that go; it finds them gone at the end in any case."""
    for job in work:
        jobs.cancel(job)


def delete_sheet(*, sheet: Sheet, user: User | None) -> None:
    """Delete one sheet with everything decided about it; its file stays."""
    with transaction.atomic():
        record(user, "sheet.delete", f"Deleted the sheet {sheet.name}", dataset=sheet.dataset_id)
        dataset = sheet.dataset
        sheet.delete()
        touch(dataset)


def set_skip(*, sheet: Sheet, skip: bool, user: User | None) -> None:
    """Leave a sheet out of mapping and export, or take it in again."""
    Sheet.objects.filter(pk=sheet.pk).update(skip=skip)
    record(user, "sheet.skip", f"{'Left out' if skip else 'Took in'} {sheet.name}", dataset=sheet.dataset_id)
    touch(sheet.dataset)


def set_header(*, sheet: Sheet, rows: Sequence[int], user: User | None) -> Job:
    """Say which source rows hold the titles (empty: as detected) and read the sheet again in the background."""
    with transaction.atomic():
        Sheet.objects.filter(pk=sheet.pk).update(header_override=list(rows))
        record(user, "sheet.header", f"Set the title rows of {sheet.name}", dataset=sheet.dataset_id, rows=list(rows))
        job = jobs.start(f"Reading {sheet.name} again", REREAD_TASK, sheet.pk, user=user)
        SourceFile.objects.filter(pk=sheet.source_id).update(job=job)
    return job


def set_encoding(*, source: SourceFile, encoding: str, user: User | None) -> Job:
    """Say which encoding a text file has ("": find it out) and read the file again in the background."""
    with transaction.atomic():
        record(user, "file.encoding", f"Chose the letters of {source.name}", dataset=source.dataset_id, to=encoding)
        job = jobs.start(f"Reading {source.name} again", READ_AGAIN_TASK, source.pk, user=user)
        SourceFile.objects.filter(pk=source.pk).update(chosen_encoding=encoding, job=job)
    return job


def dismiss_finding(*, finding: Finding, user: User, dismissed: bool = True) -> None:
    """Put a finding aside, or bring it back."""
    finding.dismissed_by = user if dismissed else None
    finding.dismissed_at = timezone.now() if dismissed else None
    finding.save(update_fields=["dismissed_by", "dismissed_at"])


def share(*, dataset: Dataset, person: User, role: str, user: User | None) -> Membership:
    """Let a person see or edit the dataset. Raises ValueError for the owner, who needs no sharing."""
    if dataset.owner_id == person.pk:
        raise ValueError(f"{person} owns this dataset already.")
    with transaction.atomic():
        membership, _ = Membership.objects.update_or_create(
            dataset=dataset, user=person, defaults={"role": Membership.Role(role)}
        )
        record(user, "dataset.share", f"Shared with {person} as {role}", dataset=dataset.pk)
    return membership


def unshare(*, membership: Membership, user: User | None) -> None:
    """Take a person's access away."""
    record(user, "dataset.unshare", f"No longer shared with {membership.user}", dataset=membership.dataset_id)
    membership.delete()

"""Who may see and do what: every view, fragment, download, API call and command asks here.

A dataset belongs to its owner and may be shared with viewers (look, download) and editors (also upload, edit,
export); sharing and deleting stay with the owner. What a person may not see answers 404, so that nobody
learns of its existence; what they may see but not do answers 403. A superuser may do everything.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import Http404

from migrator.models import Job, User
from profiling.models import Dataset, Membership, Sheet, SourceFile

# How a job is tied to a dataset, as lookups from Job; the app that owns such a record adds its own when it starts.
JOB_LINKS: list[str] = ["files__dataset"]


M = TypeVar("M", bound=Model)


class Role(IntEnum):
    """Say what a person may do in a dataset; each role may do what the ones below it may."""

    VIEWER = 1
    EDITOR = 2
    OWNER = 3


def visible_datasets(user: Any) -> QuerySet[Dataset]:
    """Return the datasets that `user` may see."""
    if not isinstance(user, User) or not user.is_active:
        return Dataset.objects.none()
    if user.is_superuser:
        return Dataset.objects.all()
    shared = Membership.objects.filter(user=user).values("dataset")
    return Dataset.objects.filter(Q(owner=user) | Q(pk__in=shared))


def role_of(user: User, dataset: Dataset) -> Role | None:
    """Return the person's role in the dataset; None where they may not see it."""
    if not user.is_active:
        return None
    if user.is_superuser or dataset.owner_id == user.pk:
        return Role.OWNER
    membership = Membership.objects.filter(user=user, dataset=dataset).first()
    if membership is None:
        return None
    return Role.EDITOR if membership.role == Membership.Role.EDITOR else Role.VIEWER


def require(user: User, dataset: Dataset, need: Role) -> Role:
    """Return the person's role, which is at least `need`.

    Raises:
        Http404: the person may not see the dataset.
        PermissionDenied: the person may not do what `need` allows.
    """
    role = role_of(user, dataset)
    if role is None:
        raise Http404("There is no such dataset.")
    if role < need:
        raise PermissionDenied(f"Only the dataset's {need.name.lower()}s may do this.")
    return role


def dataset_for(user: Any, dataset_id: int, need: Role = Role.VIEWER) -> Dataset:
    """Return the dataset, if `user` has at least the role `need`. Raises Http404 or PermissionDenied."""
    dataset = visible_datasets(user).filter(pk=dataset_id).first()
    if dataset is None:
        raise Http404("There is no such dataset.")
    require(user, dataset, need)
    return dataset


def sheet_for(user: Any, dataset_id: int, sheet_id: int, need: Role = Role.VIEWER) -> Sheet:
    """Return the sheet of that dataset. Raises Http404 or PermissionDenied."""
    dataset = dataset_for(user, dataset_id, need)
    return _within(Sheet.objects.select_related("source", "dataset").filter(dataset=dataset), sheet_id)


def file_for(user: Any, dataset_id: int, file_id: int, need: Role = Role.VIEWER) -> SourceFile:
    """Return the file of that dataset. Raises Http404 or PermissionDenied."""
    dataset = dataset_for(user, dataset_id, need)
    return _within(SourceFile.objects.select_related("dataset").filter(dataset=dataset), file_id)


def job_for(user: Any, job_id: int, need: Role = Role.VIEWER) -> tuple[Job, Dataset]:
    """Return the job with the dataset whose file, export or check points to it. Raises Http404 or PermissionDenied."""
    for link in JOB_LINKS:
        tied = Job.objects.filter(pk=job_id).values_list(link, flat=True)
        dataset = visible_datasets(user).filter(pk__in=[pk for pk in tied if pk is not None]).first()
        if dataset is not None:
            require(user, dataset, need)
            return Job.objects.get(pk=job_id), dataset
    raise Http404("There is no such page.")


def _within(records: QuerySet[M], pk: int) -> M:
    found = records.filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such page.")
    return found

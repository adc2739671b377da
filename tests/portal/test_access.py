"""Who may see and do what."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404

from migrator.models import Job
from profiling.access import Role, dataset_for, job_for, role_of, visible_datasets
from profiling.models import Membership, SourceFile
from tests.factories import DatasetFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_the_owner_may_do_everything():
    dataset = DatasetFactory()
    assert dataset_for(dataset.owner, dataset.pk, Role.OWNER) == dataset


def test_a_stranger_sees_nothing():
    dataset = DatasetFactory()
    with pytest.raises(Http404):
        dataset_for(UserFactory(), dataset.pk)
    with pytest.raises(Http404):
        dataset_for(AnonymousUser(), dataset.pk)


def test_a_viewer_looks_but_does_not_change():
    membership = MembershipFactory()
    assert dataset_for(membership.user, membership.dataset_id) == membership.dataset
    with pytest.raises(PermissionDenied):
        dataset_for(membership.user, membership.dataset_id, Role.EDITOR)


def test_an_editor_changes_but_does_not_share_or_delete():
    membership = MembershipFactory(role=Membership.Role.EDITOR)
    assert dataset_for(membership.user, membership.dataset_id, Role.EDITOR)
    with pytest.raises(PermissionDenied):
        dataset_for(membership.user, membership.dataset_id, Role.OWNER)


def test_someone_who_left_sees_nothing():
    dataset = DatasetFactory()
    dataset.owner.is_active = False
    dataset.owner.save()
    assert role_of(dataset.owner, dataset) is None
    assert not visible_datasets(dataset.owner).exists()


def test_a_dataset_without_owner_is_for_superusers():
    dataset = DatasetFactory(owner=None)
    assert not visible_datasets(UserFactory()).exists()
    assert visible_datasets(UserFactory(is_superuser=True)).get() == dataset


def test_a_shared_dataset_is_listed_once():
    membership = MembershipFactory()
    DatasetFactory()
    assert list(visible_datasets(membership.user)) == [membership.dataset]


def test_a_job_is_seen_through_what_points_to_it():
    dataset, other = DatasetFactory(), DatasetFactory()
    job = Job.objects.create(title="Reading", task="x")
    SourceFile.objects.create(dataset=dataset, name="a.csv", sha256="0" * 64, job=job)
    assert job_for(dataset.owner, job.pk) == (job, dataset)
    with pytest.raises(Http404):
        job_for(other.owner, job.pk)

"""Datasets, their files and sheets, and what is known about every column."""

from __future__ import annotations

import re
import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone

from migrator.models import Job, check_time_zone
from odoo_migrate.catalog import VERSIONS
from odoo_migrate.project.external_ids import NAMESPACE as NAMESPACE_PATTERN
from odoo_migrate.project.external_ids import NAMESPACE_WORDS

NAMESPACE = RegexValidator(rf"^{NAMESPACE_PATTERN}$", f"Use {NAMESPACE_WORDS}, such as migr.")
COUNTRY = RegexValidator(r"^[A-Z]{2}$", "Use the two-letter code of the country, such as US.")


def odoo_versions() -> list[tuple[str, str]]:
    """Return the versions of Odoo that a dataset may be for, with what forms call them, the newest first."""
    # A function, so that the migrations hold its name and not the versions: a further version needs no migration.
    return [(version, f"Odoo {version.removesuffix('.0')}") for version in reversed(VERSIONS)]


class Dataset(models.Model):
    """Hold one migration: the files, and everything that was decided about them."""

    class OnProblem(models.TextChoices):
        """Say what happens to rows that stay wrong."""

        REJECT = "reject", "Hold those rows back and export the rest"
        STOP = "stop", "Stop the export"

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="owned_datasets"
    )
    name = models.CharField(max_length=120)
    odoo_version = models.CharField(max_length=5, choices=odoo_versions, default="18.0")
    namespace = models.CharField(max_length=40, default="migr", validators=[NAMESPACE])
    country = models.CharField(max_length=2, blank=True, validators=[COUNTRY])
    time_zone = models.CharField(max_length=64, default="UTC", validators=[check_time_zone])
    company = models.CharField(max_length=120, blank=True, help_text="External ID of the company, if there are several")
    on_problem = models.CharField(max_length=6, choices=OnProblem, default=OnProblem.REJECT)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)
    # Raised by every change of the recipe or the files: what was computed for an older one is stale.
    revision = models.PositiveBigIntegerField(default=1)
    members: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="Membership", related_name="shared_datasets"
    )

    class Meta:
        ordering = ("-updated_at", "-pk")

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """Share a dataset with a person. The owner is not a member: the dataset itself names its owner."""

    class Role(models.TextChoices):
        """Say what a member may do."""

        VIEWER = "viewer", "Can look and download"
        EDITOR = "editor", "Can also upload, clean and export"

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=6, choices=Role, default=Role.VIEWER)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["dataset", "user"], name="one_membership_per_person")]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"


def upload_path(source: SourceFile, name: str) -> str:
    """Return a path that no other upload has.

    The file's name stays in the database: not every file system takes every name.
    """
    ending = "".join(re.findall(r"\.[A-Za-z0-9]{1,8}$", name)).lower()
    return f"datasets/{source.dataset_id}/files/{uuid.uuid4().hex}/upload{ending}"


def working_path(sheet: Sheet, _: str) -> str:
    """Return a path that no other working file has."""
    return f"datasets/{sheet.dataset_id}/working/{uuid.uuid4().hex}.arrow"


class SourceFile(models.Model):
    """Keep one version of an uploaded file, never altered. The newest version of a name is `current`."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=255)
    file = models.FileField(upload_to=upload_path, max_length=500)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField(default=0, help_text="Bytes")
    version = models.PositiveIntegerField(default=1)
    current = models.BooleanField(default=True)
    encoding = models.CharField(max_length=40, blank=True)
    chosen_encoding = models.CharField(max_length=40, blank=True, help_text="By a person; empty: as found")
    delimiter = models.CharField(max_length=8, blank=True)
    changes = models.JSONField(default=dict, blank=True, help_text="What differs from the version before")
    problem = models.TextField(blank=True, help_text="Why it could not be read, in one sentence")
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="uploads"
    )
    uploaded_at = models.DateTimeField(default=timezone.now)
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="files")
    corrects = models.ForeignKey(
        "Sheet", null=True, blank=True, on_delete=models.CASCADE, related_name="corrections",
        help_text="The sheet some of whose rows this file corrects",
    )  # fmt: skip
    corrected_rows = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("name", "-version")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["dataset", "name", "version"], name="one_file_per_version")
        ]

    def __str__(self) -> str:
        return self.name if self.version == 1 else f"{self.name} (version {self.version})"


class Sheet(models.Model):
    """Know a table in a file. It outlives the versions of its file, and so does its recipe.

    `shape` is what was detected: title and header rows (source row numbers), titles, footers, notes of reading.
    """

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="sheets")
    source = models.ForeignKey(SourceFile, on_delete=models.CASCADE, related_name="sheets")
    member = models.CharField(max_length=255, blank=True, help_text="File inside an uploaded zip")
    name = models.CharField(max_length=255)
    position = models.PositiveIntegerField(default=0)
    hidden = models.BooleanField(default=False)
    missing = models.BooleanField(default=False, help_text="The newest file no longer has this sheet")
    skip = models.BooleanField(default=False, help_text="Left out by the user")
    file_stem = models.CharField(max_length=80, blank=True, help_text="data/raw/<this>.csv")
    header_override = models.JSONField(default=list, blank=True)
    header_rows = models.JSONField(default=list, blank=True)
    shape = models.JSONField(default=dict, blank=True)
    titles = models.JSONField(default=list, blank=True)
    rows = models.BigIntegerField(default=0)
    working = models.FileField(upload_to=working_path, max_length=500, blank=True)
    profiled_at = models.DateTimeField(null=True, blank=True)
    measured = models.CharField(max_length=64, blank=True, help_text="With which steps findings were measured again")

    class Meta:
        ordering = ("source__name", "position", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["dataset", "source", "member", "name"], name="one_sheet_per_name")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def source_name(self) -> str:
        """Return the file that the sheet is in, as the user knows it."""
        return self.member or self.source.name


class ColumnProfile(models.Model):
    """Keep what one pass over a column found; `engine.profile.profile_results.ColumnFacts` explains each figure."""

    sheet = models.ForeignKey(Sheet, on_delete=models.CASCADE, related_name="columns")
    position = models.PositiveIntegerField()
    title = models.CharField(max_length=500)
    kind = models.CharField(max_length=20)
    filled = models.BigIntegerField(default=0)
    distinct = models.BigIntegerField(default=0)
    min_length = models.PositiveIntegerField(default=0)
    max_length = models.PositiveIntegerField(default=0)
    mean_length = models.FloatField(default=0)
    top = models.JSONField(default=list, blank=True)
    patterns = models.JSONField(default=list, blank=True)
    minimum = models.TextField(blank=True)
    maximum = models.TextField(blank=True)
    could_be_key = models.BooleanField(default=False)
    extra = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ("sheet", "position")
        constraints: ClassVar = [models.UniqueConstraint(fields=["sheet", "position"], name="one_profile_per_column")]

    def __str__(self) -> str:
        return self.title


class Finding(models.Model):
    """Keep something that a person should know of a sheet or a column, and the step that mends it."""

    class Severity(models.TextChoices):
        """Say how much a finding matters."""

        PROBLEM = "problem", "needs your eye"
        ATTENTION = "attention", "can be mended"
        INFO = "info", "good to know"

    sheet = models.ForeignKey(Sheet, on_delete=models.CASCADE, related_name="findings")
    column = models.CharField(max_length=500, blank=True, help_text="Title; empty for the sheet as a whole")
    slug = models.CharField(max_length=60)
    position = models.PositiveIntegerField(default=0)
    count = models.BigIntegerField(default=0)
    message = models.TextField()
    examples = models.JSONField(default=list, blank=True)
    rows = models.JSONField(default=list, blank=True, help_text="Source row numbers")
    fix_step = models.CharField(max_length=40, blank=True)
    fix_params = models.JSONField(default=dict, blank=True)
    safe = models.BooleanField(default=False)
    left = models.BigIntegerField(null=True, blank=True, help_text="Cells or rows left after the steps; empty: unknown")
    cleaned = models.BooleanField(default=False, help_text="Shows only in cleaned cells")
    means = models.CharField(max_length=20, blank=True, help_text="The kind of values that its cells are for certain")
    severity = models.CharField(max_length=10, choices=Severity, default=Severity.ATTENTION)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="dismissed_findings",
    )
    dismissed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("sheet", "position")

    def __str__(self) -> str:
        return self.message

"""Exports and their schedules."""

from __future__ import annotations

import uuid
from datetime import time

from django.conf import settings
from django.db import models
from django.utils import timezone

from migrator.models import Job, check_time_zone
from profiling.models import Dataset


def bundle_path(export: Export, _: str) -> str:
    """Return where a bundle is stored; two never share a name."""
    return f"datasets/{export.dataset_id}/exports/{uuid.uuid4().hex}.zip"


class Export(models.Model):
    """Keep one bundle: built once, never changed. `recipe` is the YAML it was built with, `report` what came out."""

    class Trigger(models.TextChoices):
        """Say what started an export."""

        PAGE = "page", "on the page"
        API = "api", "through the API"
        COMMAND = "command", "from the shell"
        SCHEDULE = "schedule", "on schedule"

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="exports")
    bundle = models.FileField(upload_to=bundle_path, max_length=500, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.BigIntegerField(default=0, help_text="Bytes")
    report = models.JSONField(default=dict, blank=True)
    recipe = models.TextField(blank=True)
    trigger = models.CharField(max_length=8, choices=Trigger, default=Trigger.PAGE)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="exports"
    )
    created_at = models.DateTimeField(default=timezone.now)
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="exports")

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"Export {self.pk} of {self.dataset}"

    @property
    def ready(self) -> bool:
        """Whether the bundle is built."""
        return bool(self.bundle)

    @property
    def held_back(self) -> int:
        """Return how many rows were held back."""
        return sum(sheet.get("rejected", 0) for sheet in self.report.get("sheets", ()))


class Check(models.Model):
    """Keep the last check of a dataset before export. It is stale once the dataset's revision has moved on."""

    dataset = models.OneToOneField(Dataset, on_delete=models.CASCADE, related_name="check_result")
    revision = models.PositiveBigIntegerField(default=0)
    report = models.JSONField(default=dict, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="checks")

    def __str__(self) -> str:
        return f"Check of {self.dataset}"

    @property
    def fresh(self) -> bool:
        """Whether nothing has changed since the check."""
        return self.checked_at is not None and self.revision == self.dataset.revision


class ExportSchedule(models.Model):
    """Export a dataset's newest file again and again: on these weekdays at this wall-clock time of a zone."""

    dataset = models.OneToOneField(Dataset, on_delete=models.CASCADE, related_name="schedule")
    weekdays = models.JSONField(default=list, help_text="0 is Monday; empty means every day")
    at = models.TimeField(default=time(6))
    time_zone = models.CharField(max_length=64, default="UTC", validators=[check_time_zone])
    enabled = models.BooleanField(default=True)
    next_run = models.DateTimeField(null=True, blank=True, db_index=True)
    last_run = models.DateTimeField(null=True, blank=True)
    problem = models.TextField(blank=True, help_text="Why the last run stopped")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="export_schedules"
    )

    class Meta:
        ordering = ("next_run", "pk")

    def __str__(self) -> str:
        return f"Schedule of {self.dataset}"

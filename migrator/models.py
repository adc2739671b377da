"""Accounts and their API tokens, background jobs, and the record of who did what."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from odoo_migrate.rules.time_zones import wrong_time_zone

# Titles and stages of jobs name files and sheets, which may be called anything: these are cut to fit.
TITLE_CHARS, STAGE_CHARS = 200, 100


def check_time_zone(name: str) -> None:
    """Raise ValidationError unless `name` is a zone of the IANA database."""
    message = wrong_time_zone(name)
    if message:
        raise ValidationError(message)


class User(AbstractUser):
    """Know a person who signs in. The time zone is used for schedules and for the times on pages."""

    time_zone = models.CharField(max_length=64, default="UTC", validators=[check_time_zone])

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone."""
        return ZoneInfo(self.time_zone)


class Job(models.Model):
    """Keep a piece of background work: what it calls, how far it is, how it ended.

    A job knows nothing of the records it works on: these point to their job. `done` of `total` are units of
    the stage, rows as a rule. `message` is one sentence for the user.
    """

    class Status(models.TextChoices):
        """Say how far a job is; the last three are ends."""

        QUEUED = "queued", "waiting"
        RUNNING = "running", "running"
        DONE = "done", "done"
        FAILED = "failed", "failed"
        CANCELLED = "cancelled", "cancelled"

    ENDED: ClassVar[tuple[str, ...]] = (Status.DONE, Status.FAILED, Status.CANCELLED)

    title = models.CharField(max_length=TITLE_CHARS)
    task = models.CharField(max_length=200, help_text="Dotted path of the function that does the work")
    arguments = models.JSONField(default=list)
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED, db_index=True)
    stage = models.CharField(max_length=STAGE_CHARS, blank=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    message = models.TextField(blank=True)
    cancel_requested = models.BooleanField(default=False)
    attempt = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="jobs")
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.title} ({self.get_status_display()})"

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.status in self.ENDED

    @property
    def percent(self) -> int:
        """Return 0 to 100; 0 while the total is unknown."""
        return min(100, self.done * 100 // self.total) if self.total else 0


class AuditEntry(models.Model):
    """Keep what a person did, also when the records that it names are gone."""

    at = models.DateTimeField(default=timezone.now, db_index=True)
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="audit_entries")
    action = models.CharField(max_length=60, db_index=True)
    dataset = models.PositiveBigIntegerField(null=True, blank=True, db_index=True)
    summary = models.CharField(max_length=500)
    details = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ("-at", "-pk")
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.summary}"


class ApiToken(models.Model):
    """Know a personal key to the API. Only its SHA-256 is kept; the text is shown once, when it is made."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    start = models.CharField(max_length=10, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.name} ({self.start}…)"

    @classmethod
    def issue(cls, user: User, name: str) -> tuple[ApiToken, str]:
        """Return a new token and its text."""
        text = f"dm_{secrets.token_urlsafe(32)}"
        return cls.objects.create(user=user, name=name, digest=cls.hashed(text), start=text[:7]), text

    @staticmethod
    def hashed(text: str) -> str:
        """Return what is kept of a token's text."""
        return hashlib.sha256(text.encode()).hexdigest()

    @classmethod
    def user_of(cls, text: str) -> User | None:
        """Return the active user whose token this is, noting the use; None for an unknown text."""
        token = cls.objects.select_related("user").filter(digest=cls.hashed(text), user__is_active=True).first()
        if token is None:
            return None
        cls.objects.filter(pk=token.pk).update(last_used_at=timezone.now())
        return token.user


def record(user: Any, action: str, summary: str, *, dataset: int | None = None, **details: Any) -> AuditEntry:
    """Write an audit entry; `user` may be None (commands) or anonymous."""
    who = user if isinstance(user, User) else None
    return AuditEntry.objects.create(user=who, action=action, dataset=dataset, summary=summary[:500], details=details)

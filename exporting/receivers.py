"""Signal handlers: an export's bundle goes with its record, and django-q2 ticks once a minute."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete, post_migrate
from django.dispatch import receiver
from django_q.models import Schedule

from exporting.models import Export
from profiling import access
from profiling.stored_files import discard

# Who may see a dataset may see the jobs of its exports and checks.
access.JOB_LINKS += ["exports__dataset", "checks__dataset"]


@receiver(post_delete, sender=Export)
def _export_deleted(instance: Export, **_: Any) -> None:
    discard(instance.bundle)


@receiver(post_migrate)
def _tick_every_minute(app_config: Any, using: str, **_: Any) -> None:
    """One schedule drives all others: django-q2 knows one time zone, the exports' schedules know many."""
    if app_config.name != "exporting":
        return
    Schedule.objects.using(using).update_or_create(
        name="export schedules",
        defaults={"func": "exporting.tasks.tick", "schedule_type": Schedule.MINUTES, "minutes": 1, "repeats": -1},
    )

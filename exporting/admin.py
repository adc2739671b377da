"""Exports and schedules in the Django admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from exporting.models import Check, Export, ExportSchedule
from migrator.admin import PortalAdmin


@admin.register(Export)
class ExportAdmin(PortalAdmin):
    """Show exports."""

    list_display = ("pk", "dataset", "trigger", "created_by", "created_at", "size", "sha256", "portal")
    list_filter = ("trigger", "created_at")
    search_fields = ("dataset__name", "sha256", "created_by__username")
    autocomplete_fields = ("dataset", "created_by")
    raw_id_fields = ("job",)
    readonly_fields = ("stored", "sha256", "size", "report", "recipe")
    date_hierarchy = "created_at"
    exclude = ("bundle",)
    list_select_related = ("dataset", "created_by")

    @admin.display(description="bundle")
    def stored(self, record: Any) -> str:
        """Return the name in the storage: stored files have no address."""
        return record.bundle.name or "–"

    def page_of(self, record: Any) -> tuple[Any, ...]:
        return ("dataset_export", record.dataset_id)


@admin.register(ExportSchedule)
class ExportScheduleAdmin(PortalAdmin):
    """Show the schedules of exports."""

    list_display = ("dataset", "weekdays", "at", "time_zone", "enabled", "next_run", "last_run", "portal")
    list_filter = ("enabled", "time_zone")
    search_fields = ("dataset__name", "created_by__username")
    autocomplete_fields = ("dataset", "created_by")
    list_select_related = ("dataset",)

    def page_of(self, record: Any) -> tuple[Any, ...]:
        return ("dataset_export", record.dataset_id)


@admin.register(Check)
class CheckAdmin(PortalAdmin):
    """Show the last check of every dataset."""

    list_display = ("dataset", "revision", "checked_at", "portal")
    list_filter = ("checked_at",)
    search_fields = ("dataset__name",)
    autocomplete_fields = ("dataset",)
    raw_id_fields = ("job",)
    readonly_fields = ("report",)
    list_select_related = ("dataset",)

    def page_of(self, record: Any) -> tuple[Any, ...]:
        return ("dataset_check", record.dataset_id)

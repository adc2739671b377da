"""Datasets, files, sheets and what was found, in the Django admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from migrator.admin import PortalAdmin
from profiling.models import ColumnProfile, Dataset, Finding, Membership, Sheet, SourceFile


class MembershipInline(admin.TabularInline):
    """Show with whom a dataset is shared."""

    model = Membership
    extra = 0
    autocomplete_fields = ("user",)


@admin.register(Dataset)
class DatasetAdmin(PortalAdmin):
    """Show datasets."""

    list_display = ("name", "owner", "odoo_version", "country", "updated_at", "portal")
    list_filter = ("odoo_version", "country", "created_at")
    search_fields = ("name", "owner__username", "namespace")
    autocomplete_fields = ("owner",)
    inlines = (MembershipInline,)
    list_select_related = ("owner",)

    def page_of(self, record: Any) -> tuple[Any, ...]:
        return ("dataset_files", record.pk)


@admin.register(Membership)
class MembershipAdmin(PortalAdmin):
    """Show who shares which dataset."""

    list_display = ("dataset", "user", "role", "portal")
    list_filter = ("role",)
    search_fields = ("dataset__name", "user__username")
    autocomplete_fields = ("dataset", "user")
    list_select_related = ("dataset", "user")

    def page_of(self, record: Any) -> tuple[Any, ...]:
        return ("dataset_settings", record.dataset_id)


@admin.register(SourceFile)
class SourceFileAdmin(PortalAdmin):
    """Show the versions of uploaded files."""

    list_display = ("name", "version", "current", "dataset", "size", "uploaded_by", "uploaded_at", "portal")
    list_filter = ("current", "uploaded_at")
    search_fields = ("name", "sha256", "dataset__name")
    autocomplete_fields = ("dataset", "uploaded_by")
    raw_id_fields = ("job", "corrects")
    readonly_fields = ("sha256", "size", "stored")
    exclude = ("file",)
    list_select_related = ("dataset", "uploaded_by")

    @admin.display(description="file")
    def stored(self, record: Any) -> str:
        """Return the name in the storage: stored files have no address."""
        return record.file.name or "–"

    def page_of(self, record: Any) -> tuple[Any, ...]:
        return ("dataset_files", record.dataset_id)


@admin.register(Sheet)
class SheetAdmin(PortalAdmin):
    """Show sheets."""

    list_display = ("name", "source", "dataset", "rows", "hidden", "skip", "missing", "portal")
    list_filter = ("hidden", "skip", "missing", "profiled_at")
    search_fields = ("name", "source__name", "dataset__name")
    autocomplete_fields = ("dataset", "source")
    readonly_fields = ("stored", "shape", "titles")
    exclude = ("working",)
    list_select_related = ("dataset", "source")

    @admin.display(description="working file")
    def stored(self, record: Any) -> str:
        """Return the name in the storage: stored files have no address."""
        return record.working.name or "–"

    def page_of(self, record: Any) -> tuple[Any, ...]:
        return ("sheet_grid", record.dataset_id, record.pk)


@admin.register(ColumnProfile)
class ColumnProfileAdmin(PortalAdmin):
    """Show the figures of columns."""

    list_display = ("title", "sheet", "kind", "filled", "distinct", "could_be_key", "portal")
    list_filter = ("kind", "could_be_key")
    search_fields = ("title", "sheet__name", "sheet__dataset__name")
    autocomplete_fields = ("sheet",)
    list_select_related = ("sheet",)

    def page_of(self, record: Any) -> tuple[Any, ...]:
        return ("column_panel", record.sheet.dataset_id, record.sheet_id, record.position)


@admin.register(Finding)
class FindingAdmin(PortalAdmin):
    """Show findings."""

    list_display = ("message", "column", "sheet", "severity", "count", "safe", "dismissed_by", "portal")
    list_filter = ("severity", "safe", "slug", "fix_step")
    search_fields = ("message", "column", "sheet__name", "sheet__dataset__name")
    autocomplete_fields = ("sheet", "dismissed_by")
    list_select_related = ("sheet", "dismissed_by")

    def page_of(self, record: Any) -> tuple[Any, ...]:
        return ("dataset_findings", record.sheet.dataset_id)

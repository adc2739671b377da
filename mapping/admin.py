"""The recipe's records in the Django admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from mapping.models import Mapping, Relationship, RowStep, SheetTarget, Transform, UnmappedSheet
from migrator.admin import PortalAdmin


@admin.register(SheetTarget)
class SheetTargetAdmin(PortalAdmin):
    """Show what sheets become."""

    list_display = ("sheet", "model", "id_pattern", "confidence", "chosen", "portal")
    list_filter = ("model", "chosen")
    search_fields = ("sheet__name", "model", "sheet__dataset__name")
    autocomplete_fields = ("sheet",)
    list_select_related = ("sheet",)

    def page_of(self, record: Any) -> tuple[Any, ...]:
        return ("dataset_mapping", record.sheet.dataset_id)


@admin.register(UnmappedSheet)
class UnmappedSheetAdmin(PortalAdmin):
    """Show which sheets become nothing, and why."""

    list_display = ("sheet", "reason", "portal")
    list_filter = ("sheet__skip",)
    search_fields = ("sheet__name", "reason", "sheet__dataset__name")
    autocomplete_fields = ("sheet",)
    list_select_related = ("sheet",)

    def page_of(self, record: Any) -> tuple[Any, ...]:
        return ("dataset_mapping", record.sheet.dataset_id)


@admin.register(Mapping)
class MappingAdmin(PortalAdmin):
    """Show which columns go where."""

    list_display = ("column", "field", "target", "state", "confidence", "lookup", "ref", "portal")
    list_filter = ("state", "target__model", "lookup")
    search_fields = ("column", "field", "target__sheet__name", "target__sheet__dataset__name")
    autocomplete_fields = ("target",)
    list_select_related = ("target__sheet",)

    def page_of(self, record: Any) -> tuple[Any, ...]:
        return ("dataset_mapping", record.target.sheet.dataset_id)


@admin.register(Transform)
class TransformAdmin(PortalAdmin):
    """Show the steps on columns."""

    list_display = ("column", "slug", "params", "sheet", "position", "enabled", "portal")
    list_filter = ("slug", "enabled")
    search_fields = ("column", "slug", "sheet__name", "sheet__dataset__name")
    autocomplete_fields = ("sheet",)
    list_select_related = ("sheet",)

    def page_of(self, record: Any) -> tuple[Any, ...]:
        return ("dataset_cleaning", record.sheet.dataset_id)


@admin.register(RowStep)
class RowStepAdmin(PortalAdmin):
    """Show the steps on rows."""

    list_display = ("slug", "params", "sheet", "position", "enabled", "portal")
    list_filter = ("slug", "enabled")
    search_fields = ("slug", "sheet__name", "sheet__dataset__name")
    autocomplete_fields = ("sheet",)
    list_select_related = ("sheet",)

    def page_of(self, record: Any) -> tuple[Any, ...]:
        return ("dataset_cleaning", record.sheet.dataset_id)


@admin.register(Relationship)
class RelationshipAdmin(PortalAdmin):
    """Show lookup tables."""

    list_display = ("name", "model", "create", "dataset", "portal")
    list_filter = ("model", "create")
    search_fields = ("name", "model", "dataset__name")
    autocomplete_fields = ("dataset",)
    list_select_related = ("dataset",)

    def page_of(self, record: Any) -> tuple[Any, ...]:
        return ("dataset_mapping", record.dataset_id)

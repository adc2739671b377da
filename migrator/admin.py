"""People, jobs and the history in the Django admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from migrator import jobs
from migrator.models import ApiToken, AuditEntry, Job, User

admin.site.site_header = "data-migrator administration"
admin.site.site_title = "data-migrator"


class PortalAdmin(admin.ModelAdmin):
    """Show records that have a page in the portal, each with a link to it. Subclasses say which page with `page_of`."""

    show_full_result_count = False  # of a large table that takes as long as the list itself

    def page_of(self, record: Any) -> tuple[Any, ...]:
        """Return the name of the page's address and its arguments; () for a record without a page."""
        # Django's admin classes have a metaclass of their own, so that this cannot be an abstract method.
        raise NotImplementedError

    @admin.display(description="Portal")
    def portal(self, record: Model) -> SafeString | str:
        """Return the link to the record's page, a dash where it has none."""
        address = self.get_view_on_site_url(record)
        return format_html('<a href="{}">Open in the portal</a>', address) if address else "–"

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        """Return the address of the record's page, None where it has none."""
        page = self.page_of(obj) if obj is not None else ()
        if not page:
            return None
        view, *arguments = page
        return reverse(view, args=arguments)


@admin.register(User)
class PersonAdmin(UserAdmin):
    """Show people, with their time zone beside what Django knows of them."""

    fieldsets = (*(UserAdmin.fieldsets or ()), ("Where they are", {"fields": ("time_zone",)}))
    list_display = ("username", "email", "first_name", "last_name", "time_zone", "is_staff", "last_login")


@admin.register(Job)
class JobAdmin(PortalAdmin):
    """Show background work, to try it again or to stop it."""

    list_display = (
        "title",
        "status",
        "stage",
        "percent",
        "created_by",
        "created_at",
        "finished_at",
        "message",
        "portal",
    )
    list_select_related = ("created_by",)
    list_filter = ("status", "task", "created_at")
    search_fields = ("title", "message", "created_by__username")
    date_hierarchy = "created_at"
    actions = ("try_again", "stop")

    def page_of(self, record: Any) -> tuple[Any, ...]:
        return ("job_status", record.pk)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [field.name for field in Job._meta.fields]

    @admin.action(description="Try again (failed and cancelled ones)")
    def try_again(self, request: HttpRequest, chosen: QuerySet[Job]) -> None:
        again = sum(jobs.retry(job) for job in chosen)
        self.message_user(request, f"{again} will run again.", messages.SUCCESS)

    @admin.action(description="Cancel (waiting and running ones)")
    def stop(self, request: HttpRequest, chosen: QuerySet[Job]) -> None:
        for job in chosen:
            jobs.cancel(job)
        self.message_user(request, "They stop at their next batch.", messages.SUCCESS)


@admin.register(AuditEntry)
class AuditEntryAdmin(PortalAdmin):
    """Show what was done by whom; nothing can be changed."""

    list_display = ("at", "user", "action", "summary", "dataset", "portal")
    list_select_related = ("user",)
    list_filter = ("action", "at")
    search_fields = ("summary", "user__username", "action", "=dataset")
    date_hierarchy = "at"

    def page_of(self, record: Any) -> tuple[Any, ...]:
        return ("dataset_files", record.dataset) if record.dataset else ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ApiToken)
class ApiTokenAdmin(admin.ModelAdmin):
    """Show personal keys to the API; they are made on the pages."""

    list_display = ("name", "user", "start", "created_at", "last_used_at")
    list_filter = ("created_at",)
    search_fields = ("name", "user__username", "start")
    list_select_related = ("user",)
    autocomplete_fields = ("user",)
    readonly_fields = ("start", "created_at", "last_used_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

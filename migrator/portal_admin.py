"""Records of the Django admin that have a page in the portal."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString


class PortalAdmin(admin.ModelAdmin):
    """A record with a link to its page. Subclasses say which page with `page_of`."""

    show_full_result_count = False  # of a large table that takes as long as the list itself

    def page_of(self, record: Any) -> tuple[Any, ...]:
        """The name of the page's address and its arguments; nothing for a record without a page."""
        raise NotImplementedError

    @admin.display(description="Portal")
    def portal(self, record: Model) -> SafeString | str:
        address = self.get_view_on_site_url(record)
        return format_html('<a href="{}">Open in the portal</a>', address) if address else "–"

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        if obj is None or not (page := self.page_of(obj)):
            return None
        view, *arguments = page
        return reverse(view, args=arguments)

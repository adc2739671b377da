"""The style guide: every part and every page of the portal with made-up content. Served under DEBUG only."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import yaml
from django import forms
from django.contrib.auth.decorators import login_not_required
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from migrator import icons
from odoo_migrate.catalog import VERSIONS

CONTENT = Path(__file__).with_suffix(".yaml")


# The newest first, as the portal offers them.
ODOO_VERSIONS = [(version, f"Odoo {version.removesuffix('.0')}") for version in reversed(VERSIONS)]


class SampleForm(forms.Form):
    """Show one field of every kind; given data, it shows its errors."""

    name = forms.CharField(label="Name", help_text="What you call this move, such as Northwind 2026.")
    odoo_version = forms.ChoiceField(label="Odoo version", choices=ODOO_VERSIONS)
    email = forms.EmailField(label="Email", required=False)
    at = forms.TimeField(label="Time", required=False, widget=forms.TimeInput(attrs={"type": "time"}))
    on_problem = forms.ChoiceField(
        label="Rows that stay wrong",
        widget=forms.RadioSelect,
        choices=[("reject", "Hold those rows back and export the rest"), ("stop", "Stop the export")],
    )
    enabled = forms.BooleanField(label="Switched on", required=False, help_text="Only one of these a dataset.")


class RowsForm(forms.Form):
    """Show a form of one field."""

    rows = forms.CharField(label="Row or rows with the column titles", help_text="Such as 4 or 4-5.")


WRONG = SampleForm({"name": "", "email": "x"})

# Address -> template, the parts of styleguide.yaml that make up its context, and what differs from them.
PAGES: dict[str, tuple[str, tuple[str, ...], dict[str, Any]]] = {
    "dashboard": ("profiling/dashboard.html", ("dashboard",), {}),
    "dashboard-empty": ("profiling/dashboard.html", (), {"samples_url": "#"}),
    "new": ("profiling/dataset_new.html", (), {"form": SampleForm()}),
    "files": ("profiling/files.html", ("shell", "files"), {"station": "files"}),
    "files-empty": ("profiling/files.html", ("shell",), {"station": "files", "rail": {}, "sheets": []}),
    "header": ("profiling/sheet_header.html", ("shell", "header"), {"station": "files", "form": RowsForm()}),
    "findings": ("mapping/findings.html", ("shell", "findings"), {"station": "findings"}),
    "findings-none": ("mapping/findings.html", ("shell",), {"station": "findings", "rows": 0, "cells": 0}),
    "grid": ("mapping/grid.html", ("shell", "grid"), {"station": "cleaning"}),
    "grid-panel": ("mapping/grid.html", ("shell", "grid", "panel"), {"station": "cleaning", "panel": True}),
    "grid-try": (
        "mapping/grid.html",
        ("shell", "grid", "panel", "trial"),
        {"station": "cleaning", "panel": True},
    ),
    "grid-add": (
        "mapping/grid.html",
        ("shell", "grid", "panel", "step_choice"),
        {"station": "cleaning", "panel": True, "edit_form": True},
    ),
    "grid-none": (
        "mapping/grid.html",
        ("shell", "grid"),
        {"station": "cleaning", "lines": [], "only_changes": True},
    ),
    "mapping": ("mapping/mapping.html", ("shell", "mapping"), {"station": "mapping"}),
    "mapping-none": ("mapping/mapping.html", ("shell",), {"station": "mapping"}),
    "lookup": ("exporting/lookup.html", ("shell", "lookup"), {"station": "mapping"}),
    "cleaning": ("mapping/steps.html", ("shell", "cleaning"), {"station": "cleaning"}),
    "cleaning-none": ("mapping/steps.html", ("shell",), {"station": "cleaning"}),
    "step": ("mapping/step_page.html", ("shell", "step"), {"station": "cleaning", "form": SampleForm()}),
    "check": ("exporting/check.html", ("shell", "check"), {"station": "check"}),
    "check-first": ("exporting/check.html", ("shell",), {"station": "check"}),
    "check-clean": ("exporting/check.html", ("shell", "check_clean"), {"station": "check"}),
    "export": ("exporting/export.html", ("shell", "export"), {"station": "export"}),
    "export-first": ("exporting/export.html", ("shell",), {"station": "export"}),
    "export-running": ("exporting/export.html", ("shell", "running"), {"station": "export"}),
    "settings": ("profiling/settings.html", ("shell", "settings"), {"station": "settings", "form": WRONG}),
    "account": ("migrator/account.html", ("account",), {"form": SampleForm(), "token_form": RowsForm()}),
    "login": ("registration/login.html", (), {"form": SampleForm()}),
    "404": ("404.html", (), {}),
    "500": ("500.html", (), {}),
}


@login_not_required
def index(request: HttpRequest) -> HttpResponse:
    """Show all parts on one page."""
    levels = (constants.SUCCESS, constants.WARNING, constants.ERROR, constants.INFO)
    words = (
        "Spaces trimmed in 47 cells.",
        "3 dates stay as they are.",
        "The file cannot be read.",
        "Nothing changed.",
    )
    said = [Message(level, text) for level, text in zip(levels, words, strict=True)]
    parts = context_of("shell", "findings", "panel", "guide")
    more = {"pages": list(PAGES), "icons": sorted(icons.names()), "form": WRONG, "messages": said}
    return render(request, "migrator/styleguide.html", parts | more)


@login_not_required
def page(request: HttpRequest, name: str) -> HttpResponse:
    """Show one page as it looks with content."""
    if name not in PAGES:
        raise Http404(f"The style guide has no page '{name}'.")
    template, parts, more = PAGES[name]
    context = context_of(*parts)
    if "schedule" in context:
        context["schedule"].form = SampleForm()
    return render(request, template, context | more)


def context_of(*parts: str) -> dict[str, Any]:
    """Return the named parts of styleguide.yaml as one context, maps turned into objects as views pass them."""
    return {key: as_objects(value) for part in parts for key, value in content()[part].items()}


@cache
def content() -> dict[str, Any]:
    """Return styleguide.yaml, the cells and columns of its grid completed."""
    found: dict[str, Any] = yaml.safe_load(CONTENT.read_text(encoding="utf-8"))
    columns = found["grid"]["columns"]
    for column in columns:
        column |= {name: column.get(name, False) for name in ("is_number", "is_current", "is_first")}
    for line in found["grid"]["lines"]:
        line["cells"] = [as_cell(cell) for cell in line["cells"]]
    return found


def as_cell(cell: str | list[str]) -> dict[str, str]:
    """Return a cell of the grid; it is written as a text, or as [before, after, why it could not be converted]."""
    before, after, reason = (cell, cell, "") if isinstance(cell, str) else (*cell, "")[:3]
    return {"before": before, "after": after, "reason": reason, "note": ""}


def as_objects(value: Any) -> Any:
    """Return a value with its maps as objects, at any depth."""
    if isinstance(value, dict):
        return SimpleNamespace(**{key: as_objects(one) for key, one in value.items()})
    return [as_objects(one) for one in value] if isinstance(value, list) else value


urlpatterns = [
    path("styleguide/", index, name="styleguide"),
    path("styleguide/<str:name>/", page, name="styleguide_page"),
]

"""Template tags for what every page shows: icons, numbers, times, small charts, a cell before and after.

Use them with `{% load ui %}`; docs/developers/pages.md shows how.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any

from babel import dates, numbers
from django import template
from django.utils import timezone

from migrator import cell_html, icons
from migrator.middleware import reader_locale

register = template.Library()

KINDS = {
    "text": ("type", "text"),
    "email": ("mail", "email addresses"),
    "phone": ("phone", "phone numbers"),
    "number": ("hash", "numbers"),
    "money": ("banknote", "amounts of money"),
    "percent": ("percent", "percentages"),
    "date": ("calendar", "dates"),
    "datetime": ("calendar-clock", "dates with a time"),
    "boolean": ("toggle-left", "yes or no"),
    "code": ("barcode", "codes"),
    "country": ("globe", "countries"),
    "state": ("map", "states"),
    "url": ("link", "web addresses"),
    "postal_code": ("map-pin", "postal codes"),
    "list": ("tags", "lists of words"),
}


# --- Icons and cells ------------------------------------------------------------------------------------------
register.simple_tag(icons.icon)
register.filter("visible_spaces", cell_html.visible_spaces, is_safe=True)
register.simple_tag(cell_html.diff_cell)
register.simple_tag(cell_html.grid_cells)


@register.filter
def kind_icon(kind: str) -> str:
    """Return the icon's name for a kind of column."""
    return KINDS.get(kind, KINDS["text"])[0]


@register.filter
def kind_words(kind: str) -> str:
    """Return a kind of column in plain words: "email addresses"."""
    return KINDS.get(kind, KINDS["text"])[1]


@register.filter
def initials(name: str) -> str:
    """Return one or two letters for a person: "Jane Doe" and "jane.doe" are JD."""
    words = re.findall(r"\w+", str(name).partition("@")[0].replace("_", " "))
    return "".join(word[0] for word in words[:2]).upper() or "?"


# --- Numbers and times ----------------------------------------------------------------------------------------
@register.filter
def number(value: Any) -> str:
    """Return 12345.5 as the reader writes it: 12,345.5 or 12.345,5. Anything that is no number stays as it is."""
    if value is None or isinstance(value, (str, bool)):
        return "" if value is None else str(value)
    return numbers.format_decimal(value, locale=reader_locale.current())


@register.filter
def percent(share: float | None) -> str:
    """Return 98% for 0.984. Never 100% for less than all, never 0% for more than nothing."""
    if share is None:
        return ""
    whole = round(share * 100)
    if whole == 100 and share < 1:
        whole = 99
    if whole == 0 and share > 0:
        whole = 1
    return numbers.format_percent(whole / 100, locale=reader_locale.current())


@register.filter(name="bytes")
def file_size(value: int | None) -> str:
    """Return 1.4 MB for 1400000."""
    size = float(value or 0)
    unit = "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    pattern = "0" if unit == "B" or size >= 100 else "0.#"
    return f"{numbers.format_decimal(size, format=pattern, locale=reader_locale.current())}\u00a0{unit}"


@register.filter
def when(value: dt.datetime | dt.date | None, style: str = "") -> str:
    """Return a moment in the reader's time zone, Nov 22, 2026, 6:30 PM; a day has no time. `style`: date or time."""
    if value is None or value == "":
        return ""
    if not isinstance(value, dt.datetime):
        return dates.format_date(value, "medium", locale=reader_locale.current())
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    if style == "date":
        return dates.format_date(local, "medium", locale=reader_locale.current())
    if style == "time":
        return dates.format_time(local, "short", locale=reader_locale.current())
    day = dates.format_date(local, "medium", locale=reader_locale.current())
    return f"{day}, {dates.format_time(local, 'short', locale=reader_locale.current())}"


@register.simple_tag
def count(amount: int, one: str, many: str = "") -> str:
    """Return "12 rows" for {% count 12 "row" %}, "1 country" for {% count 1 "country" "countries" %}."""
    return f"{number(amount)} {one if amount == 1 else many or f'{one}s'}"


# --- Charts ---------------------------------------------------------------------------------------------------
@register.inclusion_tag("components/bar_chart.html")
def bar_chart(
    items: Iterable[tuple[str, float]], label: str, limit: int = 10, mono: bool = False, shares: bool = False
) -> dict[str, Any]:
    """Draw bars for (name, amount) pairs, the longest filling the width.

    Args:
        items: the pairs, the first ones shown.
        label: what they show, for those who hear it.
        limit: how many bars there are at most.
        mono: whether the names are patterns or codes.
        shares: whether the amounts are 0 to 1; then a full bar is 1.
    """
    rows = list(items)
    top = 1.0 if shares else max((amount for _, amount in rows), default=0) or 1.0
    write = percent if shares else number
    bars = [
        {"name": name, "text": write(amount), "width": round(amount / top * 100, 1)} for name, amount in rows[:limit]
    ]
    return {"bars": bars, "label": label, "mono": mono, "rest": max(0, len(rows) - limit)}


@register.inclusion_tag("components/sparkline.html")
def sparkline(points: Iterable[float], label: str) -> dict[str, Any]:
    """Draw a line through `points` from left to right; `label` says in words what it shows."""
    values = list(points)
    low, high = min(values, default=0), max(values, default=0)
    width, height = 100 / max(len(values) - 1, 1), 28 / ((high - low) or 1)
    line = " ".join(f"{at * width:.1f},{30 - (value - low) * height:.1f}" for at, value in enumerate(values))
    return {"line": line, "label": label}


@register.inclusion_tag("components/fill_bar.html")
def fill_bar(
    part: float, whole: float = 1, label: str = "filled", tone: str = "", thick: bool = False
) -> dict[str, Any]:
    """Draw a thin bar for a share, read out as "97% filled". `tone`: attention, problem, done or nothing."""
    share = min(1.0, part / whole) if whole else 0.0
    return {"width": round(share * 100, 1), "label": f"{percent(share)} {label}", "tone": tone, "thick": thick}


@register.inclusion_tag("components/confidence.html")
def confidence(share: float | None) -> dict[str, Any]:
    """Show how sure a suggestion is: a bar and a percentage, amber below 90%; a dash for none."""
    return {"share": share or None, "tone": "done" if (share or 0) >= 0.9 else "attention"}


@register.filter
def field_text(field: Any) -> str:
    """Return how a picker shows a field: "Email (email)". Forms send this text; the name is in the last brackets."""
    if not field:
        return ""
    label, name = (field["label"], field["name"]) if isinstance(field, dict) else (field.label, field.name)
    return f"{label} ({name})"

"""The drawings of the sprite that every page carries."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from django.conf import settings
from django.template import TemplateSyntaxError
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

SPRITE = Path(settings.BASE_DIR) / "templates" / "components" / "icons.svg"


@cache
def names() -> frozenset[str]:
    """Return the names of the icons that the sprite holds."""
    return frozenset(re.findall(r'<symbol id="i-([a-z0-9-]+)"', SPRITE.read_text(encoding="utf-8")))


def icon(name: str, label: str = "", tone: str = "") -> SafeString:
    """Return a drawing of the sprite. Without a `label` it is decoration and not read out.

    Raises TemplateSyntaxError for a name that the sprite lacks.
    """
    if name not in names():
        raise TemplateSyntaxError(f"There is no icon '{name}' in components/icons.svg.")
    spoken = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    css = f"icon tone-{tone}" if tone else "icon"
    return format_html('<svg class="{}" {}><use href="#i-{}"/></svg>', css, spoken, name)

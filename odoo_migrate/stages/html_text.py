"""Plain text for fields that Odoo keeps as HTML: there `a < b` would lose its end and line breaks would vanish."""

from __future__ import annotations

import html
import re
from html.entities import html5

# Only known elements: in "Ann <ann@example.com>" nothing is markup.
_ELEMENTS = (
    "a|abbr|article|b|blockquote|body|br|center|code|dd|del|div|dl|dt|em|figure|font|footer|form|h[1-6]|head|header|hr|"
    "html|i|iframe|img|input|ins|label|li|link|main|meta|nav|ol|p|pre|s|script|section|small|span|strike|strong|style|"
    "sub|sup|table|tbody|td|tfoot|th|thead|title|tr|tt|u|ul|video"
)
_TAG = re.compile(rf"</?(?:{_ELEMENTS})(?:\s[^<>]*)?/?>|<!--|<!DOCTYPE", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#[0-9]+;|#[xX][0-9A-Fa-f]+;|([A-Za-z][A-Za-z0-9]*;))")
_SPECIAL = re.compile("[<>&\r\n]")
_BREAK = re.compile("\r\n|\r|\n")


def is_markup(text: str) -> bool:
    """Whether the text is HTML already."""
    return bool(_TAG.search(text)) or any(one[1] is None or one[1] in html5 for one in _ENTITY.finditer(text))


def as_html(text: str) -> str:
    """The text so that a browser shows it as it stands; HTML stays as it is."""
    if not _SPECIAL.search(text) or is_markup(text):
        return text
    return _BREAK.sub("<br>", html.escape(text, quote=False))

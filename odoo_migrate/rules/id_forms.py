"""What an external ID must look like, wherever it stands in a project."""

from __future__ import annotations

import re

from odoo_migrate.project.external_ids import ALLOWED, MAX_LENGTH

_ID = re.compile(rf"[A-Za-z0-9_-]+\.[{ALLOWED}]+")
_EMPTIES = frozenset({"0", "no", "false"})


def wrong_id(text: str) -> str:
    """What is wrong with the ID of a record of the project, as a sentence; "" where nothing is."""
    if len(text) > MAX_LENGTH:
        return f"this ID has {len(text)} characters; at most {MAX_LENGTH} are safe."
    return wrong_reference(text)


def wrong_reference(text: str) -> str:
    """What is wrong with an ID in a reference, as a sentence; "" where nothing is."""
    if _ID.fullmatch(text):
        return ""
    if text.casefold() in _EMPTIES:
        return "this is no external ID, and Odoo would silently empty the field."
    if "." not in text:
        return "this is no external ID such as base.be: a module, a dot and a name."
    return "this is no external ID; only letters, digits, '_', '.' and '-' may stand in one."

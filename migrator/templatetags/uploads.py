"""Template tags for the upload field: which files can be read. `{% load uploads %}`."""

from __future__ import annotations

from django import template

register = template.Library()


# Django imports all tags before it checks or migrates anything; the readers are only needed where a page shows them.
@register.simple_tag
def accepted_endings() -> str:
    """Return the endings of file names that can be read, as the attribute `accept` of a file field lists them."""
    from engine import readers

    return ",".join(readers.accepted_endings())


@register.simple_tag
def accepted_kinds() -> str:
    """Return the kinds of files that can be read as one phrase."""
    from engine import readers

    return readers.accepted_kinds()

"""The request as our views get it."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from migrator.models import User


class Request(HttpRequest):
    """A signed-in person's request: the sign-in middleware lets nobody else reach a view; django-htmx adds `htmx`."""

    user: User
    htmx: HtmxDetails

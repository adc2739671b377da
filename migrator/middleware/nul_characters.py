"""Middleware that answers 400 to a request with a NUL character in its address or form."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, QueryDict

from migrator.middleware.sign_in import API


class PlainTextMiddleware:
    """Answer 400 to a NUL in an address or a form: PostgreSQL keeps none, and no page has to think of it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Take the rest of the chain, as Django hands it over."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; `process_view` looks at it."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> None:
        """Raise BadRequest where a NUL was sent."""
        # The API takes no forms: what strangers send there is not even read.
        forms = () if request.path_info.startswith(API) else _texts(request.POST)
        for text in chain(_texts(request.GET), forms):
            if "\0" in text:
                raise BadRequest("a NUL was sent")


def _texts(sent: QueryDict) -> Iterator[str]:
    for name, values in sent.lists():
        yield name
        yield from values

"""How dates and numbers are written for the person who looks. The words themselves stay English."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from functools import lru_cache

from babel import Locale
from babel.core import UnknownLocaleError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation.trans_real import parse_accept_lang_header

DEFAULT = Locale("en")
_current: ContextVar[Locale] = ContextVar("locale", default=DEFAULT)


class LocaleMiddleware:
    """Set the locale from Accept-Language and the time zone from the signed-in user. It runs after the sign-in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Take the rest of the chain, as Django hands it over."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request in the reader's locale and time zone."""
        token = _current.set(preferred(request.headers.get("Accept-Language", "")))
        try:
            with timezone.override(getattr(request.user, "zone", None)):
                return self.get_response(request)
        finally:
            _current.reset(token)


def current() -> Locale:
    """Return the locale of the request that is being answered; English outside of one."""
    return _current.get()


@lru_cache(maxsize=256)
def preferred(header: str) -> Locale:
    """Return the first language of an Accept-Language header that Babel has, else English. Never raises."""
    for code, _ in parse_accept_lang_header(header.lower()):
        # Babel may lack a region (en-XY) and still have the language.
        for candidate in (code, code.partition("-")[0]):
            try:
                return Locale.parse(candidate, sep="-")
            except (ValueError, UnknownLocaleError):
                continue
    return DEFAULT

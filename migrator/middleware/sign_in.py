"""Sign-in for everything: every page asks for it, except those that say otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import resolve_url
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from migrator.models import User

API = "/api/"


class Request(HttpRequest):
    """Hold the request of a signed-in person, as our views get it.

    The sign-in lets nobody else reach a view; django-htmx adds `htmx`.
    """

    user: User
    htmx: HtmxDetails


class SignInMiddleware(LoginRequiredMiddleware):
    """Send a visitor to the sign-in page, and from there back to the page that was asked for.

    The API answers 401 by itself. A fragment asked for by htmx after the sign-in has expired makes the browser
    leave the page as a whole: a sign-in form in the middle of a table would help nobody.
    """

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        """Let calls of the API pass; their tokens are checked there."""
        if request.path_info.startswith(API):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., Any]) -> Any:
        """Answer a visitor who is not signed in."""
        htmx = getattr(request, "htmx", None)
        if not htmx:
            return super().handle_no_permission(request, view_func)
        page = urlsplit(htmx.current_url_abs_path or settings.LOGIN_REDIRECT_URL).geturl()
        return HttpResponseClientRedirect(redirect_to_login(page, resolve_url(settings.LOGIN_URL)).url)


@login_not_required
def admin_login(request: HttpRequest) -> HttpResponseBase:
    """Send visitors of the administration to the one sign-in page; for other people it does not exist."""
    if request.user.is_authenticated:
        raise Http404("The administration is for administrators.")
    return redirect_to_login(request.GET.get("next", ""), resolve_url(settings.LOGIN_URL))

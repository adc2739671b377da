"""The address /healthz, where load balancers and containers ask whether this process works."""

from __future__ import annotations

import logging
from collections.abc import Callable
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

log = logging.getLogger(__name__)

PATH = "/healthz"


def database() -> None:
    """Raise unless the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def files() -> None:
    """Raise unless the file storage keeps a file and gives it up again."""
    name = default_storage.save(f"healthz/{uuid4().hex}", ContentFile(b"ok"))
    default_storage.delete(name)


CHECKS: dict[str, Callable[[], None]] = {"database": database, "files": files}


def answer() -> JsonResponse:
    """Return 200 and {"database": "ok", "files": "ok"}, or 503 with "failed" where something does not work."""
    found = {name: _try(name, check) for name, check in CHECKS.items()}
    well = all(state == "ok" for state in found.values())
    return JsonResponse(found, status=200 if well else 503, headers={"Cache-Control": "no-store"})


def _try(name: str, check: Callable[[], None]) -> str:
    try:
        check()
    except Exception:
        # Whatever the driver or the storage raises, the answer is that it does not work; the log says how.
        log.exception("the health check of %s failed", name)
        return "failed"
    return "ok"


class HealthMiddleware:
    """Answer /healthz before anything asks for a host name, https or a sign-in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Take the rest of the chain, as Django hands it over."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a probe, or pass the request on."""
        if request.path_info == PATH and request.method in {"GET", "HEAD"}:
            return answer()
        return self.get_response(request)

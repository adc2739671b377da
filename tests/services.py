"""What some tests need from the machine: PostgreSQL, Redis, Chromium.

With REQUIRE_SERVICES=1 a missing one ends the run; without, its tests are skipped and named in the summary.
`python -m tests.services` prints what is missing.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from functools import cache
from getpass import getuser

import psycopg
import redis

REQUIRED = os.environ.get("REQUIRE_SERVICES", "") not in {"", "0"}


@cache
def postgres() -> str:
    """URL of a server on which databases can be created, "" if there is none."""
    given = os.environ.get("TEST_POSTGRES_URL", "")
    here = f"postgres://{getuser()}@127.0.0.1:5432/postgres"
    return next((url for url in ([given] if given else [here]) if _creates_databases(url)), "")


def _creates_databases(url: str) -> bool:
    try:
        with psycopg.connect(url, connect_timeout=30) as connection:
            asked = "SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user"
            row = connection.execute(asked).fetchone()
    except psycopg.Error:
        return False
    return bool(row and row[0])


@cache
def redis_server() -> str:
    """Return the URL of a server, "" if there is none.

    Tests use its last database, 15; where several processes run tests, each uses one of its own, counted down from it.
    """
    process = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    url = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/15")
    server, _, database = url.rpartition("/")
    url = f"{server}/{max(0, int(database) - int(process))}"
    try:
        redis.from_url(url, socket_connect_timeout=30).ping()
    except redis.RedisError:
        return ""
    return url


@cache
def chromium() -> str:
    """Path of the browser, "" if there is none. Nothing is downloaded."""
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if name and (path := shutil.which(name))), "")


# The marker of the tests that need it: how to find it, and what to say where it is not there.
SERVICES: dict[str, tuple[Callable[[], str], str]] = {
    "postgres": (postgres, "no PostgreSQL server answers (TEST_POSTGRES_URL)"),
    "redis": (redis_server, "no Redis server answers (TEST_REDIS_URL)"),
    "browser": (chromium, "there is no Chromium (CHROMIUM)"),
}


def missing(marker: str) -> str:
    """Why tests with this marker cannot run, "" if they can."""
    find, complaint = SERVICES[marker]
    return "" if find() else complaint


if __name__ == "__main__":
    sys.stdout.write(" ".join(filter(missing, SERVICES)) + "\n")

"""Fixtures for all tests: private files and database, a browser, a worker, and the services that these need.

- `page`: a Chromium page on the live server; `site`: the same, signed in as `user`.
- `axe(page)`: fails with a readable list for what breaks the WCAG 2.2 AA rules.
- `worker`: a real `manage.py qcluster` on the test database; `redis_worker`: the same with Redis as its broker.

Tests that touch the database are marked `database` here, so that `make test` can run them on PostgreSQL as well.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
import redis
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests import real_odoo, services
from tests.browser_moves import PATIENCE, SCRIPTLESS, patient
from tests.worker import Worker

# No deadline, no memory of former runs, no chance: a test fails for everybody or for nobody.
hypothesis.settings.register_profile("house", deadline=None, database=None, derandomize=True)
hypothesis.settings.load_profile("house")

DATABASE_FIXTURES = {"db", "transactional_db", "live_server", "django_db_reset_sequences"}
NEEDS = {"page": "browser", "browser": "browser", "redis_worker": "redis"}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def pytest_configure(config: pytest.Config) -> None:
    """Keep the tests' cache, uploads and SQLite file out of var/."""
    private = Path(tempfile.mkdtemp(prefix="data-migrator-tests-"))
    config.add_cleanup(lambda: shutil.rmtree(private, ignore_errors=True))
    django_settings.VAR_DIR = private
    django_settings.MEDIA_ROOT = private / "media"
    cache = django_settings.CACHES["default"]
    if "filebased" in cache["BACKEND"]:
        cache["LOCATION"] = private / "cache"
    # SQLite in a file, not in memory: the live server and the worker are other threads and processes.
    name = str(private / "test.sqlite3") if django_settings.ON_SQLITE else f"test_migrator_{os.getpid()}"
    django_settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = name
    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        names = set(getattr(item, "fixturenames", ()))
        if item.get_closest_marker("django_db") or names & DATABASE_FIXTURES:
            item.add_marker("database")
        for fixture in names & set(NEEDS):
            item.add_marker(NEEDS[fixture])
        for marker in services.SERVICES:
            if item.get_closest_marker(marker):
                _demand(item, marker)
        if item.get_closest_marker("odoo") and not real_odoo.given():
            item.add_marker(pytest.mark.skip(reason="no real Odoo is given (ODOO_TEST_URL, ODOO_TEST_DB)"))


def _demand(item: pytest.Item, marker: str) -> None:
    """Skip the test by name where its service is missing; end the run where services are required."""
    complaint = services.missing(marker)
    if complaint and services.REQUIRED:
        raise pytest.UsageError(f"REQUIRE_SERVICES is set, but {complaint}.")
    if complaint:
        item.add_marker(pytest.mark.skip(reason=complaint))


@pytest.fixture(autouse=True)
def media(settings, tmp_path: Path) -> Path:
    """Uploads and bundles of one test."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def user(db, django_user_model):
    """Someone who signs in."""
    return django_user_model.objects.create_user("ann", "ann@example.com", "a good password")


@pytest.fixture
def worker(transactional_db, media: Path, tmp_path: Path) -> Iterator[Worker]:
    """A running worker; its log is at `worker.log`."""
    running = Worker(tmp_path / "worker.log")
    running.start()
    yield running
    running.stop()


@pytest.fixture
def redis_worker(transactional_db, media: Path, tmp_path: Path, monkeypatch) -> Iterator[Worker]:
    """A running worker whose broker is Redis, and this process queues there too."""
    from django_q.conf import Conf

    url = services.redis_server()
    redis.from_url(url).flushdb()
    monkeypatch.setattr(Conf, "REDIS", url)
    monkeypatch.setattr(Conf, "ORM", None)
    running = Worker(tmp_path / "worker.log", REDIS_URL=url)
    running.start()
    yield running
    running.stop()
    redis.from_url(url).flushdb()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without a window, one for all tests."""
    # Playwright keeps an event loop running in this thread from here on, and Django takes that for asynchronous
    # code. Nothing here is: the tests are plain functions, and the live server answers in threads of its own.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=services.chromium(), args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, live_server) -> Iterator[Page]:
    """A new page at 1280 × 800; relative addresses lead to the live server. Script errors fail the test."""
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": 1280, "height": 800}, locale="en-US", reduced_motion="reduce"
    )
    page, wrong = patient(context).new_page(), list[str]()
    # After a click that leads to another page, the tests wait for its scripts, as nobody is quicker than they are.
    page.add_locator_handler(page.locator(SCRIPTLESS), lambda: page.wait_for_load_state(), no_wait_after=True)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.extend(_refused(message)))
    yield page
    context.close()
    assert not wrong, "\n".join(wrong)


def _refused(message: ConsoleMessage) -> list[str]:
    """What the content security policy kept from loading or running; other messages are the page's own."""
    return [message.text] if "Content Security Policy" in message.text else []


@pytest.fixture
def site(page: Page, live_server, client, user) -> Page:
    """`page`, signed in as `user`."""
    client.force_login(user)
    name = django_settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
    return page


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], None]:
    def check(page: Page) -> None:
        found = Axe().run(page, options={"runOnly": WCAG, "resultTypes": ["violations"]}).response["violations"]
        assert not found, "\n".join(_violation(rule) for rule in found)

    return check


def _violation(rule: dict) -> str:
    nodes = "\n".join(f"    {node['target'][0]}: {node['html'][:150]}" for node in rule["nodes"][:5])
    return f"{rule['id']} ({rule['impact']}): {rule['help']}\n{nodes}"

"""Settings from the environment: what is read, and the one sentence that is said where it makes no sense."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from engine.readers import Limits
from migrator import environment

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(("given", "expected"), [("1", True), ("Yes", True), ("off", False), ("0", False)])
def test_switch_reads_yes_and_no(monkeypatch, given, expected):
    monkeypatch.setenv("A_SWITCH", given)
    assert environment.switch("A_SWITCH", default=not expected) is expected


@pytest.mark.parametrize("given", ["", "   "])
def test_blank_is_unset(monkeypatch, given):
    monkeypatch.setenv("A_VALUE", given)
    assert environment.switch("A_VALUE", default=True) is True
    assert environment.number("A_VALUE", 7) == 7
    assert environment.text("A_VALUE", "there") == "there"
    assert environment.words("A_VALUE", ("a", "b")) == ["a", "b"]
    assert environment.mapping("A_VALUE") == {}


def test_values_are_read(monkeypatch):
    monkeypatch.setenv("A_NUMBER", "5_000")
    monkeypatch.setenv("SOME_WORDS", "a.example.com, b.example.com,")
    monkeypatch.setenv("A_MAPPING", '{"bucket_name": "uploads"}')
    assert environment.number("A_NUMBER", 1) == 5000
    assert environment.words("SOME_WORDS") == ["a.example.com", "b.example.com"]
    assert environment.mapping("A_MAPPING") == {"bucket_name": "uploads"}


@pytest.mark.parametrize(
    ("read", "given", "sentence"),
    [
        (lambda: environment.switch("IT", default=True), "maybe", "IT must be 1 or 0 (yes or no), not 'maybe'."),
        (lambda: environment.number("IT", 1), "1e3", "IT must be a whole number, not '1e3'."),
        (lambda: environment.number("IT", 1, least=60), "5", "IT must be at least 60, not 5."),
        (
            lambda: environment.required("IT", "nothing works without it"),
            "",
            "IT is not set: nothing works without it.",
        ),
        (lambda: environment.mapping("IT"), "[1]", 'IT must be a JSON object such as {"bucket_name": "uploads"}.'),
    ],
)
def test_nonsense_is_one_sentence(monkeypatch, read, given, sentence):
    monkeypatch.setenv("IT", given)
    with pytest.raises(ImproperlyConfigured) as problem:
        read()
    assert str(problem.value) == sentence


def test_broken_json_says_where(monkeypatch):
    monkeypatch.setenv("IT", '{"bucket')
    with pytest.raises(ImproperlyConfigured, match=r"IT must be a JSON object; it breaks off at: .*column 2"):
        environment.mapping("IT")


def test_folder_is_made(monkeypatch, tmp_path):
    monkeypatch.setenv("IT", str(tmp_path / "a" / "b"))
    assert environment.folder("IT", tmp_path).is_dir()


def test_folder_that_cannot_be_made(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("IT", str(tmp_path / "file" / "below"))
    with pytest.raises(ImproperlyConfigured, match="cannot be made"):
        environment.folder("IT", tmp_path)


def test_a_secret_is_made_once_and_private(tmp_path):
    path = tmp_path / "secret_key"
    first = environment.kept_secret(path, 50)
    assert len(first) >= 50
    assert environment.kept_secret(path, 50) == first
    assert path.stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == [path]


def check(tmp_path, **environment):
    """`manage.py check` in a process of its own, with nothing but `environment` set."""
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        env={**keep, "VAR_DIR": str(tmp_path), **environment},
        cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"DEBUG": "maybe"}, "DEBUG must be 1 or 0 (yes or no), not 'maybe'."),
        ({"DEBUG": "0"}, "ALLOWED_HOSTS is not set: name the hosts that the portal answers to"),
        ({"ALLOWED_HOSTS": "portal.example.com"}, "SECRET_KEY is not set: a server needs a long random secret"),
        ({"DATABASE_URL": "customers.db"}, "DATABASE_URL must look like postgres://user:password@host:5432/name"),
        ({"MAX_ROWS": "many"}, "MAX_ROWS must be a whole number, not 'many'."),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL must be one of DEBUG, INFO, WARNING, ERROR, not 'LOUD'."),
        ({"REDIS_URL": "localhost:6379"}, "REDIS_URL must begin with redis:// or rediss:// or unix://."),
    ],
)
def test_the_program_stops_with_the_sentence(tmp_path, environment, sentence):
    done = check(tmp_path, **environment)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith(sentence)
    assert done.stderr.count("\n") == 1


def test_several_workers_on_sqlite_are_refused(tmp_path):
    done = check(tmp_path, WORKERS="2")
    assert done.returncode == 1
    assert "migrator.E001" in done.stderr
    assert "Set WORKERS=1, or DATABASE_URL to a PostgreSQL database." in done.stderr


def test_an_unknown_file_storage_is_named(tmp_path):
    done = check(tmp_path, FILE_STORAGE="nowhere.Storage")
    assert done.returncode == 1
    assert "migrator.E002" in done.stderr
    assert "No module named 'nowhere'" in done.stderr


def test_nothing_set_is_a_portal_for_this_machine(tmp_path):
    done = check(tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "secret_key").exists()


def test_the_limits_for_reading_are_those_of_the_readers(settings):
    assert Limits(**settings.READING_LIMITS) == Limits()

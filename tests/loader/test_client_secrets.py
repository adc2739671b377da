"""Secrets hide themselves, and addresses are what they should be before anything is sent to them."""

from __future__ import annotations

import copy
import json
import pickle
import traceback
from pathlib import Path

import pytest

from odoo_migrate.odoo import server_address
from odoo_migrate.odoo.credentials import Secret, find_secret
from odoo_migrate.odoo.odoo_errors import Rejected

TEXT = "s3cret, with a comma"


@pytest.mark.parametrize("show", [str, repr, "{}".format, "{!r}".format, lambda it: f"{it!s:>5}", lambda it: str([it])])
def test_a_secret_shows_nothing(show):
    assert TEXT not in show(Secret(TEXT))
    assert "***" in show(Secret(TEXT))


def test_a_secret_goes_nowhere_by_itself():
    secret = Secret(TEXT)
    for leave in (pickle.dumps, copy.deepcopy, json.dumps):
        with pytest.raises(TypeError) as refused:
            leave(secret)
        assert TEXT not in "".join(traceback.format_exception(refused.value))
    assert TEXT not in str(getattr(secret, "__dict__", ""))
    assert secret.reveal() == TEXT
    assert secret == Secret(TEXT)
    assert secret != Secret("other")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("wrong password admin.", "wrong password ***."),
        ("administrator", "administrator"),
        ("admin admin", "*** ***"),
        ("", ""),
    ],
)
def test_a_secret_is_taken_out_of_what_a_server_repeats(text, shown):
    assert Secret("admin").out_of(text) == shown
    assert Secret("").out_of(text) == text


def test_the_first_that_gives_a_secret_counts(tmp_path: Path):
    file = tmp_path / "password"
    file.write_text("from the file\nanother line\n", encoding="utf-8")
    env = {"ODOO_API_KEY": "key", "ODOO_PASSWORD": "word"}

    def asked() -> str:
        return "typed"

    assert find_secret(env, file, asked, "option") == (Secret("option"), "password")
    assert find_secret(env, file, asked) == (Secret("from the file"), "password")
    assert find_secret(env, None, asked) == (Secret("key"), "key")
    assert find_secret({"ODOO_PASSWORD": "word"}, None, asked) == (Secret("word"), "password")
    assert find_secret({}, None, asked) == (Secret("typed"), "password")


def test_a_password_that_is_set_may_go_before_the_key():
    env = {"ODOO_API_KEY": "key", "ODOO_PASSWORD": "word"}
    assert find_secret(env, password_first=True) == (Secret("word"), "password")
    assert find_secret({"ODOO_API_KEY": "key"}, password_first=True) == (Secret("key"), "key")


def test_line_ends_are_no_part_of_a_secret():
    assert find_secret({"ODOO_API_KEY": "key\r"}) == (Secret("key"), "key")
    assert find_secret({"ODOO_API_KEY": "\r", "ODOO_PASSWORD": " word \r\n"}) == (Secret(" word "), "password")


@pytest.mark.parametrize("content", [None, b"", b"\nsecond", b"\xff\xfe\x00"])
def test_a_password_file_that_gives_none(tmp_path: Path, content: bytes | None):
    file = tmp_path / "password"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(Rejected, match="password file"):
        find_secret({"ODOO_PASSWORD": "word"}, file)


def test_no_secret_at_all_says_where_one_may_come_from():
    with pytest.raises(Rejected, match="ODOO_PASSWORD or ODOO_API_KEY"):
        find_secret({}, None, lambda: "")


@pytest.mark.parametrize(
    ("given", "understood"),
    [
        ("https://odoo.example.com", "https://odoo.example.com"),
        (" https://Odoo.example.com/ ", "https://odoo.example.com"),
        ("http://127.0.0.1:8069/", "http://127.0.0.1:8069"),
        ("https://odoo.example.com:443", "https://odoo.example.com"),
        ("https://odoo.example.com/web/login?db=x#action=1", "https://odoo.example.com"),
        ("https://odoo.example.com/odoo/action-5", "https://odoo.example.com"),
        ("https://example.com/erp/web", "https://example.com/erp"),
        ("https://example.com/webshop", "https://example.com/webshop"),
        ("http://[::1]:8069", "http://[::1]:8069"),
    ],
)
def test_addresses_as_people_write_them(given, understood):
    assert str(server_address.parsed(given)) == understood


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("", "no address"),
        ("odoo.example.com", "begin it with https://"),
        ("localhost:8069", "begin it with https://"),
        ("ftp://odoo.example.com", "only https:// and http://"),
        ("https://", "names no server"),
        ("https://odoo.example.com:port", "no address of a server"),
        ("https://me:word@odoo.example.com", "may not hold a user name"),
        ("me:word@odoo.example.com", "begin it with https://"),
    ],
)
def test_addresses_that_lead_nowhere(given, words):
    with pytest.raises(Rejected, match=words) as refused:
        server_address.parsed(given)
    assert "word@" not in str(refused.value)
    assert "me:" not in str(refused.value)


@pytest.mark.parametrize(
    ("given", "warned"),
    [
        ("https://odoo.example.com", False),
        ("http://odoo.example.com", True),
        ("http://192.168.0.5:8069", True),
        ("http://localhost:8069", False),
        ("http://127.0.0.2", False),
        ("http://[::1]", False),
    ],
)
def test_a_password_in_the_clear_is_worth_a_warning(given, warned):
    assert bool(server_address.parsed(given).warning) is warned

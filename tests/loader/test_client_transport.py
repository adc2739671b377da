"""Calls over a bad network: what is tried again, what is not, and what the caller learns of it."""

from __future__ import annotations

import logging
import ssl
import subprocess
import threading
import time
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from odoo_migrate.odoo import server_records
from odoo_migrate.odoo.client import Odoo, connect
from odoo_migrate.odoo.credentials import Kind, Secret
from odoo_migrate.odoo.odoo_errors import Fault, OdooError, Rejected, Unreachable
from odoo_migrate.odoo.retries import Retries, Retry
from tests.odoo_http import HTML, Handler, Injected, Server, running, serving
from tests.odoo_store import DATABASE, KEY, PASSWORD, USER, Store

QUICK = Retries(tries=4, total=1.0, first=0.01, longest=0.02)
ROW = [["t.one", "One"]]


@pytest.fixture(params=["18.0 password", "19.0 key"])
def server(request):
    """JSON-RPC and JSON-2."""
    version, _, kind = request.param.partition(" ")
    with serving(Store(version)) as server:
        server.kind = kind
        yield server


def signed_in(server: Server, **given) -> Odoo:
    kind: Kind = getattr(server, "kind", "password")
    secret = Secret(KEY if kind == "key" else PASSWORD)
    return connect(server.url, DATABASE, USER, secret, kind=kind, **{"retries": QUICK, **given})


def load(odoo: Odoo):
    return server_records.load(odoo, "res.partner", ["id", "name"], ROW)


@pytest.mark.parametrize(
    "kind",
    [
        "reset before",
        "reset after",
        "half",
        "nonsense",
        "502",
        "503",
        "504",
        "504 after",
        "429",
        "clash",
        "clash message",
    ],
)
def test_what_passes_is_tried_again(server, kind):
    told: list[Retry] = []
    with signed_in(server, on_retry=told.append) as odoo:
        server.faults.append(Injected(kind, method="load", times=2))
        assert load(odoo).ids is not None
    assert [one.number for one in told] == [1, 2]
    assert all(one.reason and 0 <= one.wait <= 0.02 for one in told)
    # However often the call was carried out, there is one record.
    assert [row["name"] for row in server.store.rows("res.partner") if row["xid"] == "t.one"] == ["One"]


def test_giving_up_says_what_it_was_and_whether_it_may_be_done(server):
    with signed_in(server) as odoo:
        for kind, maybe in [
            ("reset after", True),
            ("half", True),
            ("504 after", True),
            ("429", False),
            ("clash", False),
        ]:
            server.faults[:] = [Injected(kind, method="load", times=99)]
            with pytest.raises(Unreachable, match=r"4 tries") as lost:
                load(odoo)
            assert lost.value.maybe_done is maybe, kind


def test_a_call_that_may_not_be_done_twice_is_not(server):
    """It is tried again only where the server surely did not carry it out."""
    row = {"module": "t", "name": "two", "model": "res.partner", "res_id": 1}
    with signed_in(server) as odoo:
        server.faults[:] = [Injected("429", method="create")]
        assert odoo.call("ir.model.data", "create", [row], retry=False)
        server.faults[:] = [Injected("reset after", method="create", times=99)]
        before = len(server.store.calls)
        with pytest.raises(Unreachable) as lost:
            odoo.call("ir.model.data", "create", [{**row, "name": "three"}], retry=False)
    assert lost.value.maybe_done
    assert len(server.store.calls) == before + 1


def test_a_server_that_answers_too_late(server):
    with signed_in(server, timeout=0.2) as odoo:
        server.faults.append(Injected("delay", method="load", seconds=0.6))
        assert load(odoo).ids is not None
        server.faults.append(Injected("delay", method="load", times=99, seconds=0.4))
        with pytest.raises(Unreachable, match="did not answer in time") as lost:
            load(odoo)
    assert lost.value.maybe_done


def test_waiting_has_an_end(server):
    with signed_in(server, retries=Retries(tries=50, total=0.3, first=5.0, longest=5.0)) as odoo:
        server.faults.append(Injected("503", method="load", times=99))
        start = time.monotonic()
        with pytest.raises(Unreachable):
            load(odoo)
    assert time.monotonic() - start < 2


def test_waits_grow_and_differ():
    retries = Retries(first=1.0, longest=4.0, total=100.0)
    for number, bound in ((1, 1.0), (2, 2.0), (3, 4.0), (6, 4.0)):
        drawn = [retries.wait(number, 0.0, 0.0) for _ in range(200)]
        assert 0 <= min(drawn) < bound / 4
        assert bound * 3 / 4 < max(drawn) <= bound
    assert retries.wait(1, 3.0, 0.0) == 3.0, "what the server asks for"
    assert retries.wait(1, 3.0, 99.0) == 1.0, "within what is left"


def test_an_exception_of_the_server_is_no_trouble_of_the_network(server):
    told: list[Retry] = []
    with signed_in(server, on_retry=told.append) as odoo, pytest.raises(Fault) as fault:
        server_records.load(odoo, "res.partner", ["id", "nope"], ROW)
    assert fault.value.name == "builtins.ValueError"
    assert fault.value.message == "Invalid field name 'nope'"
    assert "Traceback" in fault.value.debug
    assert told == []


def test_each_thread_has_a_connection_of_its_own(server):
    def work(odoo: Odoo, number: int) -> None:
        with odoo:
            for place in range(10):
                server_records.load(odoo, "res.partner", ["id", "name"], [[f"t.{number}_{place}", "A"]])

    with signed_in(server) as odoo:
        server.faults += [Injected("reset after", method="load", times=5, skip=3)]
        threads = [threading.Thread(target=work, args=(odoo.clone(), number)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sum(row["xid"].startswith("t.") for row in server.store.rows("res.partner")) == 40


# Signing in


def test_a_wrong_secret_is_one_sentence_and_one_try(server):
    told: list[Retry] = []
    secret = Secret("quite wrong")
    words = r"The server refused the (password or API key of the user \"admin\"|API key)\."
    with pytest.raises(Rejected, match=words) as refused:
        connect(server.url, DATABASE, USER, secret, kind=server.kind, retries=QUICK, on_retry=told.append)
    assert told == []
    assert "quite wrong" not in str(refused.value)


@pytest.mark.parametrize("key", ["Schlüssel", "two\rlines", "a\x00b"])
def test_a_key_that_is_no_key_is_not_sent(key: str):
    told: list[Retry] = []
    with serving(Store("19.0")) as server:
        with pytest.raises(Rejected, match=r"^The API key holds a character that no key has\.$"):
            connect(server.url, DATABASE, USER, Secret(key), kind="key", retries=QUICK, on_retry=told.append)
        with pytest.raises(Rejected, match=r"^The database name holds a character that no database of Odoo has\.$"):
            connect(server.url, "Datenbänk", USER, Secret(KEY), kind="key", retries=QUICK, on_retry=told.append)
    assert told == []


def test_a_database_that_is_not_there(server):
    with pytest.raises(Rejected, match="nowhere"):
        connect(server.url, "nowhere", USER, Secret(KEY), kind=server.kind, retries=QUICK)


def test_a_password_that_changes_on_the_way_ends_the_load():
    with serving(Store()) as server, signed_in(server) as odoo:
        server.store.users[USER] = "another"
        with pytest.raises(Rejected, match="refused"):
            load(odoo)


def test_no_secret_reaches_an_error_or_a_log(server, caplog):
    """Whatever goes wrong, and whatever the server repeats."""
    caplog.set_level(logging.DEBUG)
    shown = []
    with signed_in(server) as odoo:
        secret = odoo.login.secret.reveal()
        for kind in ("reset after", "half", "nonsense", "504"):
            server.faults[:] = [Injected(kind, times=99)]
            with pytest.raises(OdooError) as lost:
                load(odoo)
            shown.append(lost.getrepr(style="long", showlocals=True).reprcrash)
            shown.append(repr(lost.value))
        server.faults[:] = []
        with pytest.raises(Fault) as fault:
            odoo.call("res.partner", "read", [1], [secret])
        shown += [str(fault.value), fault.value.debug, repr(odoo), repr(odoo.login)]
    assert secret not in "\n".join(map(str, shown))
    assert secret not in caplog.text


def test_nobody_there():
    with pytest.raises(Unreachable, match="cannot be reached") as lost:
        connect("http://127.0.0.1:9", DATABASE, USER, Secret("x"), retries=QUICK)
    assert not lost.value.maybe_done


def test_no_database_name():
    with pytest.raises(Rejected, match="database name"):
        connect("http://127.0.0.1:9", "", USER, Secret("x"))


def answering(status: int, content: bytes = HTML, kind: str = "text/html", **headers: str) -> type[Handler]:
    """A server that gives every request the same answer."""

    class Same(Handler):
        def posted(self) -> None:
            self.body()
            self.send(status, content, kind, **headers)

        got = posted

    return Same


@pytest.mark.parametrize(
    ("status", "content", "kind"),
    [
        (200, HTML, "text/html"),
        (404, HTML, "text/html"),
        (200, b'{"hello": 1}', "application/json"),
        (200, b"[1]", "x/y"),
    ],
)
def test_what_is_no_odoo(status, content, kind):
    with running(answering(status, content, kind)) as url, pytest.raises(Rejected, match="not answer as an Odoo"):
        connect(url, DATABASE, USER, Secret("x"), retries=QUICK)


def test_a_proxy_without_its_server_is_waited_for():
    with running(answering(502)) as url, pytest.raises(Unreachable, match="502"):
        connect(url, DATABASE, USER, Secret("x"), retries=QUICK)


def test_a_call_that_a_proxy_finds_too_large_is_told_apart():
    with serving(Store()) as server, signed_in(server) as odoo:
        server.faults.append(Injected("413", method="load"))
        with pytest.raises(Fault, match="413"):
            load(odoo)


# Redirects and certificates


def test_a_redirect_to_another_host_is_refused():
    elsewhere = answering(301, b"", Location="http://odoo.example.com/jsonrpc")
    with running(elsewhere) as url, pytest.raises(Rejected, match=r"sends us on to http://odoo\.example\.com"):
        connect(url, DATABASE, USER, Secret("x"), retries=QUICK)


def test_a_redirect_on_the_same_host_is_taken_before_the_password_is_sent():
    with serving(Store()) as server:
        with running(answering(308, b"", Location=f"{server.url}/jsonrpc")) as url:
            odoo = connect(url, DATABASE, USER, Secret(PASSWORD), retries=QUICK)
        with odoo:
            assert odoo.url == server.url
            assert load(odoo).ids is not None


def test_redirects_in_a_circle_have_an_end():
    class Circle(Handler):
        def posted(self) -> None:
            self.body()
            port = self.server.server_address[1]
            deeper = self.path.removesuffix("/jsonrpc") + "/x/jsonrpc"
            self.send(302, b"", "text/html", Location=f"http://127.0.0.1:{port}{deeper}")

    with running(Circle) as url, pytest.raises(Rejected, match="from one address to the next"):
        connect(url, DATABASE, USER, Secret("x"), retries=QUICK)


def test_a_server_that_starts_to_redirect_is_not_followed():
    with serving(Store()) as server, signed_in(server) as odoo:
        server.faults.append(Injected("redirect", method="load"))
        with pytest.raises(Rejected, match=r"sends us on to http://odoo\.example\.com"):
            load(odoo)


def test_a_certificate_that_nobody_vouches_for(tmp_path: Path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", *subject, *files]
    subprocess.run(command, check=True, capture_output=True)
    http = ThreadingHTTPServer(("127.0.0.1", 0), answering(200))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    http.socket = context.wrap_socket(http.socket, server_side=True)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    told: list[Retry] = []
    address = f"https://127.0.0.1:{http.server_address[1]}"
    try:
        with pytest.raises(Rejected, match=r"certificate of https://127\.0\.0\.1:\d+ cannot be trusted: self.signed"):
            connect(address, DATABASE, USER, Secret("x"), retries=QUICK, on_retry=told.append)
    finally:
        http.shutdown()
        http.server_close()
    assert told == []


def test_cookies_are_not_kept(server):
    """Odoo refuses a session together with the name of a database."""
    with signed_in(server) as odoo:
        server.faults.append(Injected("cookie", method="load", times=1))
        load(odoo)
        load(odoo)
    assert server.cookies == []

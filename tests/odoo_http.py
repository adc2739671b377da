"""HTTP servers for tests of the loader, where no Odoo is.

- `serving(store)`: the small Odoo of `odoo_store` over JSON-RPC and JSON-2, in threads, with faults on demand.
- `replaying(version)`: answers exactly what a real server once answered (`odoo_recorded/`, by `record_odoo.py`).

    with serving(Store()) as server:
        server.faults.append(Injected("reset after", method="load"))
        odoo = connect(server.url, DATABASE, USER, Secret(PASSWORD))
"""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests import odoo_methods, odoo_wizard
from tests.odoo_store import DATABASE, KEY, RECORDED, ServerFault, Store

CLASH = "could not serialize access due to concurrent update"
SESSION = "session_id=opened"
HTML = b"<!doctype html><title>Nothing here</title>"


@dataclass
class Injected:
    """A fault that the next fitting calls meet.

    `kind`: "delay" (answers after `seconds`), "reset before" and "reset after" (the connection breaks before or after
    the call was carried out), "half" (carried out, half of the answer comes), "nonsense" (carried out, a page comes),
    "502"/"503"/"504"/"429"/"413"/"redirect" (not carried out), "504 after" (carried out), "clash" (a serialization
    failure), "clash message" (the same as `load` tells it), "cookie" (carried out, a session comes along).
    `method` and `model` choose the calls ("" all), `skip` lets that many pass first, `times` says how many meet it.
    """

    kind: str
    method: str = ""
    model: str = ""
    skip: int = 0
    times: int = 1
    seconds: float = 0.0

    def meets(self, model: str, method: str) -> bool:
        if self.times <= 0 or (self.method and method != self.method) or (self.model and model != self.model):
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.times -= 1
        return True


@dataclass
class Server:
    """A running server: its address, its store, and the faults to come."""

    store: Store
    url: str = ""
    faults: list[Injected] = field(default_factory=list)
    requests: list[tuple[str, Any]] = field(default_factory=list)  # path and body, as they came
    cookies: list[str] = field(default_factory=list)  # that calls brought along
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fault(self, model: str, method: str) -> Injected | None:
        with self.lock:
            return next((one for one in self.faults if one.meets(model, method)), None)


@contextmanager
def serving(store: Store) -> Iterator[Server]:
    """The small Odoo at an address of this machine."""
    server = Server(store)
    with running(type("Handler", (OdooHandler,), {"odoo": server})) as url:
        server.url = url
        yield server


@contextmanager
def running(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """A server in threads with that handler; gives its address."""
    http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    http.daemon_threads = True
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{http.server_address[1]}"
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


class Handler(BaseHTTPRequestHandler):
    """What all servers here share: bodies of JSON, keep-alive, no log."""

    protocol_version = "HTTP/1.1"
    # Head and body in one packet: two would wait for each other (Nagle and delayed acknowledgement, 40 ms a call).
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self.got()

    def do_POST(self) -> None:
        self.posted()

    def got(self) -> None:
        self.send(404, HTML, "text/html")

    def posted(self) -> None:
        self.send(404, HTML, "text/html")

    def log_message(self, *_: object) -> None:
        """Tests look at answers."""

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def send(self, status: int, content: bytes, kind: str = "application/json", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def send_json(self, answer: Any, status: int = 200) -> None:
        self.send(status, json.dumps(answer).encode())

    def reset(self) -> None:
        """Break the connection as a cable does: no end of the stream, a reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        # The handler holds the socket open through its two files.
        self.rfile.close()
        self.wfile = _Nowhere()  # type: ignore[assignment]  # the base class flushes it once more
        self.connection.close()


class _Nowhere:
    """A file that swallows everything."""

    closed = True

    def flush(self) -> None: ...

    def close(self) -> None: ...

    def write(self, _: bytes) -> None: ...


class OdooHandler(Handler):
    """JSON-RPC and JSON-2 of one store."""

    odoo: Server

    def got(self) -> None:
        if self.path == "/web/version":
            self.send_json({"version": self.odoo.store.version, "version_info": version_info(self.odoo.store)})
        elif self.path.startswith("/web/login"):
            self.send(200, odoo_wizard.LOGIN_PAGE.encode(), "text/html")
        else:
            self.send(404, HTML, "text/html")

    def posted(self) -> None:
        body = self.body()
        if self.path == "/base_import/set_file":
            return self._set_file(body)
        sent = json.loads(body)
        self.odoo.requests.append((self.path, sent))
        if self.path == "/web/session/authenticate":
            self._open_session(sent["params"])
        elif self.path == "/jsonrpc":
            self._rpc(sent["params"])
        elif self.path.startswith("/json/2/") and self.odoo.store.version >= "19":
            self._json2(*self.path.split("/")[3:5], sent)
        else:
            self.send(404, HTML, "text/html")
        return None

    def _open_session(self, params: Mapping[str, Any]) -> None:
        if self.odoo.store.users.get(params["login"]) != params["password"]:
            return self.send(*enveloped(None, ServerFault("odoo.exceptions.AccessDenied", "Access Denied")))
        return self.send(200, b'{"jsonrpc": "2.0", "id": null, "result": {"uid": 2}}', Set_Cookie=f"{SESSION}; Path=/")

    def _set_file(self, body: bytes) -> None:
        """Without a session the page of the login comes instead."""
        sent = odoo_wizard.form(self.headers["Content-Type"], body)
        signed_in = SESSION in self.headers.get("Cookie", "")
        taken = odoo_wizard.set_file(self.odoo.store, sent) if signed_in else None
        if taken is None:
            return self.send(303, b"", "text/html", Location="/web/login")
        return self.send(200, json.dumps(taken).encode(), "text/html")

    def _rpc(self, params: Mapping[str, Any]) -> None:
        service, method, args = params["service"], params["method"], params["args"]
        if service == "common":
            return self._faulty("common", method, lambda: self._common(method, args), enveloped)
        database, uid, secret, model, name, positional, *named = args
        return self._faulty(
            model, name, lambda: self._executed(database, uid, secret, model, name, positional, *named), enveloped
        )

    def _common(self, method: str, args: Sequence[Any]) -> Any:
        store = self.odoo.store
        if method == "version":
            info = version_info(store)
            return {"server_version": store.version, "server_version_info": info, "server_serie": store.version}
        self._known(args[0])
        return 2 if args[2] in {store.users.get(args[1]), KEY} else False

    def _known(self, database: str) -> None:
        if database != DATABASE:
            told = f'connection to server on socket "/run/s" failed: FATAL:  database "{database}" does not exist\n'
            raise ServerFault("psycopg2.OperationalError", told)

    def _executed(self, database, uid, secret, model, method, positional, named=None) -> Any:
        self._known(database)
        if uid != 2 or secret not in {*self.odoo.store.users.values(), KEY}:
            raise ServerFault("odoo.exceptions.AccessDenied", "Access Denied")
        return odoo_methods.call(self.odoo.store, model, method, positional, named or {})

    def _json2(self, model: str, method: str, named: Mapping[str, Any]) -> None:
        if self.headers.get("X-Odoo-Database") != DATABASE:
            return self.send(404, HTML, "text/html")
        if self.headers.get("Authorization", "").removeprefix("bearer ") != KEY:
            return self.send_json(serialized(ServerFault("werkzeug.exceptions.Unauthorized", "Invalid apikey")), 401)
        return self._faulty(model, method, lambda: self._called(model, method, named), plain)

    def _called(self, model: str, method: str, named: Mapping[str, Any]) -> Any:
        if not self.odoo.store.has(model):
            raise ServerFault("werkzeug.exceptions.NotFound", f"the model '{model}' does not exist")
        return odoo_methods.call(self.odoo.store, model, method, (), named)

    def _faulty(self, model: str, method: str, carry_out: Any, shape: Any) -> None:
        """Carry a call out and answer, with the fault that waits for it."""
        self.odoo.cookies += self.headers.get_all("Cookie") or []
        fault = self.odoo.fault(model, method)
        kind = fault.kind if fault else ""
        if fault and kind == "delay":
            time.sleep(fault.seconds)
        if kind == "reset before":
            return self.reset()
        if kind == "redirect":
            return self.send(302, b"", "text/html", Location="http://odoo.example.com/jsonrpc")
        if kind in {"413", "429", "502", "503", "504"}:
            return self.send(int(kind), HTML, "text/html")
        if kind == "clash message":
            said = {"rows": {"from": 0, "to": 0}, "record": 0, "type": "error", "message": CLASH}
            return self.send(*shape({"ids": False, "messages": [said], "nextrow": 0}, None))
        if kind == "clash":
            return self.send(*shape(None, ServerFault("psycopg2.errors.SerializationFailure", CLASH)))
        try:
            status, content = shape(carry_out(), None)
        except ServerFault as error:
            status, content = shape(None, error)
        except Exception as error:  # as Odoo does with whatever its code raises
            status, content = shape(None, ServerFault(f"builtins.{type(error).__name__}", str(error)))
        return self._sent(kind, status, content)

    def _sent(self, kind: str, status: int, content: bytes) -> None:
        if kind == "reset after":
            return self.reset()
        if kind == "504 after":
            return self.send(504, HTML, "text/html")
        if kind == "nonsense":
            return self.send(200, HTML, "text/html")
        if kind == "half":
            return self._half(content)
        if kind == "cookie":
            return self.send(status, content, Set_Cookie=f"{SESSION}; Path=/")
        return self.send(status, content)

    def _half(self, content: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2])
        self.wfile.flush()
        self.close_connection = True


@contextmanager
def replaying(version: str) -> Iterator[Replay]:
    """What a real server of that version answered, in the order in which it was asked."""
    exchanges = json.loads((RECORDED / f"answers-{version}.json").read_text(encoding="utf-8"))
    replay = Replay(exchanges)
    with running(type("Replayer", (Replayer,), {"replay": replay})) as url:
        replay.url = url
        yield replay


@dataclass
class Replay:
    """`left` are the exchanges that were not asked for yet."""

    left: list[dict[str, Any]]
    url: str = ""

    def answer(self, path: str, request: Any) -> tuple[int, Any] | None:
        """The first exchange left with that request, which is then gone; None where there is none."""
        for place, one in enumerate(self.left):
            if one["path"] == path and one["request"] == request:
                del self.left[place]
                return one["status"], one["answer"]
        return None


class Replayer(Handler):
    replay: Replay

    def got(self) -> None:
        self._tell(None)

    def posted(self) -> None:
        body, path = self.body(), self.path.partition("?")[0]
        request = json.loads(body) if path != "/base_import/set_file" else None
        if path == "/web/session/authenticate":
            request = None
        elif path == "/jsonrpc" and (args := request["params"]["args"]):
            request["params"]["args"] = [args[0], args[1], "***", *args[3:]]
        self._tell(request)

    def _tell(self, request: Any) -> None:
        path = self.path.partition("?")[0]
        status, answer = self.replay.answer(path, request) or (500, f"Never recorded: {path} {request}")
        if isinstance(answer, str):
            self.send(status, answer.encode(), "text/html")
        else:
            self.send_json(answer, status)


def version_info(store: Store) -> list[Any]:
    return [int(store.version.split(".")[0]), 0, 0, "final", 0, ""]


def serialized(error: ServerFault) -> dict[str, Any]:
    debug = f"Traceback (most recent call last):\n  …\n{error.name}: {error.message}\n"
    return {"name": error.name, "debug": debug, "message": error.message, "arguments": [error.message], "context": {}}


def enveloped(answer: Any, error: ServerFault | None) -> tuple[int, bytes]:
    """As JSON-RPC answers."""
    told: dict[str, Any] = {"jsonrpc": "2.0", "id": 1}
    if error:
        told["error"] = {"code": 200, "message": "Odoo Server Error", "data": serialized(error)}
    elif answer is not None:
        told["result"] = answer
    return 200, json.dumps(told).encode()


def plain(answer: Any, error: ServerFault | None) -> tuple[int, bytes]:
    """As JSON-2 answers."""
    if error is None:
        return 200, json.dumps(answer).encode()
    refused = 422 if error.name.startswith("odoo.exceptions.") else 500
    status = {"odoo.exceptions.AccessError": 403, "werkzeug.exceptions.NotFound": 404}.get(error.name, refused)
    return status, json.dumps(serialized(error)).encode()

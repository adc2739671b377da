"""`make run`: one command brings up web and worker, one Ctrl-C ends both."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.worker import children, wait_for

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]


@pytest.fixture
def portal(tmp_path):
    """Starts the portal in `tmp_path`; ends what a failed test left running."""
    started = []

    def start(port: int, *more: str) -> subprocess.Popen:
        keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        with (tmp_path / "log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "runportal", "--port", str(port), *more],
                env={**keep, "VAR_DIR": str(tmp_path / "var")}, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.terminate()
            process.wait()


def output(tmp_path) -> str:
    return (tmp_path / "log").read_text()


def welcome(tmp_path, process) -> str:
    wait_for(lambda: "Ctrl-C ends it" in output(tmp_path) or process.poll() is not None)
    return output(tmp_path)


def test_one_command_starts_everything_and_one_ctrl_c_ends_it(portal, tmp_path):
    port = free_port()
    process = portal(port, "--no-demo")
    text = welcome(tmp_path, process)
    assert f"http://127.0.0.1:{port}/" in text, text
    [password] = re.findall(r"Sign in as demo, password (\S+)", text)
    assert len(password) >= 12
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/login/") as response:
        assert response.status == 200
    web_and_worker = children(process.pid)
    assert len(web_and_worker) == 2
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=120) == 0, output(tmp_path)
    assert "Traceback" not in output(tmp_path)
    assert not any(Path(f"/proc/{one}").exists() for one in web_and_worker)

    again = portal(port, "--no-demo")
    assert f"Sign in as demo, password {password}" in welcome(tmp_path, again), "the password is kept"


def test_a_port_in_use_is_one_sentence(portal, tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        process = portal(port)
        assert process.wait(timeout=120) == 1
    assert output(tmp_path).endswith(f"Port {port} is taken; choose another: make run PORT={port + 1}\n")

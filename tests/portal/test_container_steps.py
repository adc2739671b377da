"""The steps of the Dockerfile, run outside a container: read from the file itself, so that they cannot drift."""

import json
import os
import re
import shlex
import subprocess
import sys
import urllib.request
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml

from tests.unit.test_run import free_port
from tests.worker import wait_for

ROOT = Path(__file__).resolve().parents[2]


def instructions() -> list[tuple[str, str]]:
    """(instruction, arguments) of the Dockerfile in order, continued lines joined."""
    text = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text())
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [tuple(line.split(maxsplit=1)) for line in lines]


def last(instruction: str) -> str:
    return [arguments for name, arguments in instructions() if name == instruction][-1]


def environment(tmp_path, port: int) -> dict[str, str]:
    """What a server is given, with the folders of the image moved to a temporary place."""
    return {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "SECRET_KEY": "a long text that is used for nothing but this test, 0123456789abcdef",
        "ALLOWED_HOSTS": "portal.example.com",
        "STATIC_ROOT": str(tmp_path / "static"),
        "VAR_DIR": str(tmp_path / "data"),
        "BIND": f"127.0.0.1:{port}",
    }


def run(command: str | list[str], env: dict[str, str]) -> str:
    done = subprocess.run(
        command, shell=isinstance(command, str), env=env, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_what_is_pinned_is_what_is_installed():
    pins = re.findall(r"^([\w.-]+)==(\S+)$", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    assert len(pins) > 30
    assert {name: version(name) for name, _ in pins} == dict(pins)
    run([sys.executable, "-m", "pip", "check"], dict(os.environ))


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The portal as the image starts it: static files collected, database set up, gunicorn answering."""
    tmp_path, port = tmp_path_factory.mktemp("server"), free_port()
    env = environment(tmp_path, port)
    [collect] = [arguments for name, arguments in instructions() if name == "RUN" and "collectstatic" in arguments]
    run(collect, env)
    run("python manage.py migrate --verbosity 0", env)
    with (tmp_path / "log").open("wb") as log:
        command = json.loads(last("CMD"))
        process = subprocess.Popen(command, env=env, cwd=ROOT, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    wait_for(lambda: answers(address) or process.poll() is not None)
    yield address
    process.terminate()
    process.wait()


def answers(address: str) -> bool:
    try:
        return get(f"{address}/healthz").status == 200
    except OSError:
        return False


def get(url: str, **headers: str):
    return urllib.request.urlopen(urllib.request.Request(url, headers=headers))


def test_gunicorn_answers_as_in_the_image(server, tmp_path):
    probe = json.loads(last("HEALTHCHECK").partition("CMD ")[2])
    run([part.replace("http://127.0.0.1:8000", server) for part in probe], environment(tmp_path, 0))
    with get(f"{server}/healthz") as response:
        assert json.load(response) == {"database": "ok", "files": "ok"}

    behind_a_proxy = {"Host": "portal.example.com", "X-Forwarded-Proto": "https"}
    with get(f"{server}/admin/", **behind_a_proxy) as response:
        assert response.status == 200
        assert "/login/" in response.url
        assert "max-age=" in response.headers["Strict-Transport-Security"]
        page = response.read().decode()
    [style] = re.findall(r'href="(/static/css/base\.[0-9a-f]+\.css)"', page)
    with get(server + style, **behind_a_proxy) as response:
        assert "immutable" in response.headers["Cache-Control"]


def test_plain_http_is_sent_to_https(server):
    request = urllib.request.Request(f"{server}/login/", headers={"Host": "portal.example.com"})
    opener = urllib.request.build_opener(NoRedirect)
    with pytest.raises(urllib.error.HTTPError) as answer:
        opener.open(request)
    assert answer.value.code == 301
    assert answer.value.headers["Location"] == "https://portal.example.com/login/"


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def test_the_image_runs_as_an_ordinary_user():
    names = [name for name, _ in instructions()]
    assert last("FROM").startswith("python:3.11-slim")
    assert last("USER") == "portal"
    assert names.index("USER") < names.index("CMD")


def test_compose_starts_what_a_team_needs():
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    assert set(services) == {"web", "worker", "migrate", "postgres", "redis"}
    for name in ("web", "worker"):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert services["worker"]["command"] == ["python", "manage.py", "qcluster"]
    assert shlex.join(services["migrate"]["command"]) == "python manage.py migrate"

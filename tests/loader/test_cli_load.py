"""odoo-migrate with a server: what a load says and how it ends. The server is the small Odoo of `odoo_store`."""

from __future__ import annotations

import csv
import fcntl
import os
import pty
import re
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.loader_shell import Said, clean_environment, here, mission, run, started
from tests.odoo_http import Injected, Server, serving
from tests.odoo_store import DATABASE, KEY, PASSWORD, USER, Store
from tests.worker import wait_for

ROW = re.compile(r"^(\S+) +(\d+) +(\d+) +(\d+) +(\d+) +(\d+)$", re.MULTILINE)
NOBODY = "Gamma Ltd,ACME003,c@gamma.com,(555) 222-3333,VIP\n"


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(Store()) as running:
        yield running


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with the run `first`, ready to be loaded."""
    root = mission(tmp_path)
    ready(root, "first")
    return root


def ready(root: Path, run_id: str) -> None:
    for command in (
        ["source", "prepare", "--accept-changes"],
        ["transform", "execute"],
        ["load", "init", "--run-id", run_id],
    ):
        assert here(*command, "--project", root).status == 0


def variables(server: Server, **more: str) -> dict[str, str]:
    return {"ODOO_URL": server.url, "ODOO_DB": DATABASE, "ODOO_USERNAME": USER, "ODOO_PASSWORD": PASSWORD} | more


def load(server: Server, project: Path, *more: str, command: str = "run", **changed: str) -> Said:
    return here("load", command, "first", "--project", project, *more, **variables(server, **changed))


def table(said: Said) -> dict[str, tuple[int, ...]]:
    """Created, updated, unchanged, kept differently, failed; by model."""
    return {name: tuple(map(int, counts)) for name, *counts in ROW.findall(said.out)}


# --- Loading --------------------------------------------------------------------------------------------------
def test_a_load_and_the_same_again(server: Server, project: Path):
    first = run("load", "run", "first", "--project", project, **variables(server))
    assert (first.status, first.err) == (0, "")
    assert table(first) == {
        "res.partner.category": (2, 0, 0, 0, 0),
        "res.partner": (2, 0, 0, 0, 0),
        "Together": (4, 0, 0, 0, 0),
    }
    again = load(server, project)
    assert again.status == 0
    assert table(again)["Together"] == (0, 0, 4, 0, 0)
    assert again.out.splitlines()[-1] == "Nothing to write: Odoo holds exactly this."
    assert "finished, nothing failed" in here("load", "status", "first", "--project", project).out


def test_json_of_a_load(server: Server, project: Path):
    first, again = load(server, project, "--json"), load(server, project, "--json")
    assert first.err == ""
    assert [one["created"] for one in first.json["steps"]] == [2, 2]
    assert (again.json["writes"], again.json["failed"], again.json["failed_files"]) == (0, 0, [])
    page = (Path(__file__).parents[2] / "docs/loader/json.md").read_text()
    assert {*again.json, *again.json["steps"][0]} <= set(re.findall(r'"(\w+)"', page))


def test_a_payload_that_changed_is_not_sent(server: Server, project: Path):
    (project / "data/payload/res.partner.csv").write_text("id,name\n")
    said = load(server, project)
    assert said.status == 2
    assert "data/payload/res.partner.csv changed since the run 'first' was made" in said.err
    assert not [one for one in server.requests if "load" in str(one)]


def test_refused_records_are_reported_mended_and_sent_again(server: Server, project: Path):
    """The tag that two records refer to is taken away from Odoo's sight by a lookup that leads nowhere."""
    lookup = project / "config/lookups/tag.csv"
    lookup.write_text(lookup.read_text().replace("migr.tag.Wholesale", "migr.tag.Nowhere"))
    ready(project, "second")
    said = here("load", "run", "second", "--project", project, **variables(server))
    assert said.status == 1
    assert table(said)["res.partner"] == (1, 0, 0, 0, 1)
    *_, reason, last = said.out.splitlines()
    assert reason == (
        "failed: 1 record of res.partner, category_id/id (data/raw/customers.csv, row 2): It refers to "
        "'migr.tag.Nowhere', which is not in Odoo."
    )
    assert last == (
        "1 record failed; the reasons stand in runs/second/failed/res.partner.csv. "
        "After mending: odoo-migrate load retry second"
    )
    with (project / "runs/second/failed/res.partner.csv").open() as stream:
        [failed] = csv.DictReader(stream)
    assert (failed["source_row"], failed["field"]) == ("2", "category_id/id")
    state = here("load", "status", "second", "--project", project)
    assert (state.status, "odoo-migrate load retry second" in state.out) == (1, True)

    lookup.write_text(lookup.read_text().replace("migr.tag.Nowhere", "migr.tag.Wholesale"))
    here("transform", "execute", "--project", project)
    retried = here("load", "retry", "second", "--project", project, **variables(server))
    assert retried.status == 0
    assert table(retried)["res.partner"] == (1, 0, 0, 0, 0)
    nothing = here("load", "retry", "second", "--project", project, **variables(server))
    assert (nothing.status, "nothing to send again" in nothing.out) == (0, True)


def test_records_of_odoo_are_adopted(server: Server, project: Path):
    fields = server.store.model("res.partner").fields
    fields.setdefault("display_name", {"type": "char", "string": "Display Name", "readonly": True})
    server.store.create("res.partner", {"name": "Acme", "display_name": "Acme", "ref": "ACME001"})
    said = load(server, project, "--match", "res.partner=ref", "--dry-run", command="adopt")
    assert (said.status, "Nothing was written to Odoo." in said.out) == (0, True)
    assert "1 record adopted" in load(server, project, "--match", "res.partner=ref", command="adopt").out
    assert table(load(server, project))["res.partner"] == (1, 1, 0, 0, 0)


def test_a_rollback_asks_before_it_removes_anything(server: Server, project: Path):
    load(server, project)
    asked = load(server, project, command="rollback")
    assert (asked.status, "say --yes" in asked.err) == (2, True)
    assert len(server.store.rows("res.partner.category")) == 2


# --- Who will not have us -------------------------------------------------------------------------------------
def test_no_odoo_ends_with_3_and_one_sentence(server: Server, project: Path):
    for changed in ({"ODOO_PASSWORD": "wrong"}, {"ODOO_DB": "nothing"}, {"ODOO_URL": "http://127.0.0.1:9"}):
        said = load(server, project, "--retry-for", "0.1", **changed)
        assert (said.status, said.out) == (3, ""), said
        *again, last = said.err.splitlines()
        assert last.startswith("odoo-migrate: ")
        away = "http://127.0.0.1:9 cannot be reached (nothing answers there); trying again"
        assert all(line.startswith(away) for line in again)
        assert "wrong" not in said.err
        assert "Traceback" not in said.err


def test_a_password_in_the_clear_is_warned_of(server: Server, project: Path):
    said = load(server, project, "--retry-for", "0.1", ODOO_URL="http://odoo.invalid")
    assert said.status == 3
    assert "The password travels unencrypted to odoo.invalid" in said.err
    assert "unencrypted" not in load(server, project).err


def test_another_version_is_refused(project: Path):
    with serving(Store("17.0")) as server:
        said = load(server, project, "--json")
    assert said.status == 3
    assert said.json == {"error": "The project is for Odoo 18.0, this server runs 17.0."}


def test_a_server_that_is_lost_on_the_way(server: Server, project: Path):
    server.faults.append(Injected("reset before", method="load", model="res.partner", times=99))
    said = load(server, project, "--retry-for", "0", "--json")
    assert said.status == 3
    assert "to go on, give the same command again: odoo-migrate load run first" in said.json["error"]
    server.faults.clear()
    assert table(load(server, project))["Together"] == (4, 0, 0, 0, 0)


def test_what_is_tried_again_is_said(server: Server, project: Path):
    server.faults.append(Injected("503", method="load"))
    said = load(server, project)
    assert said.status == 0
    assert re.search(r"trying again in [\d.]+ s", said.err)
    assert re.search(r"WARNING try 1: ", (project / "runs/first/log.txt").read_text())


# --- Secrets --------------------------------------------------------------------------------------------------
def test_no_secret_is_written_anywhere(server: Server, project: Path, tmp_path: Path):
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\n")
    nothing = {"ODOO_PASSWORD": ""}
    said = [
        load(server, project, "--password-file", str(file), **nothing),
        load(server, project, "--password", PASSWORD, **nothing),
        load(server, project, ODOO_API_KEY=KEY),
        load(server, project, "--json"),
    ]
    assert [one.status for one in said] == [0, 0, 0, 0]
    assert "can be seen in the list of processes" in said[1].err
    assert "can be seen" not in said[0].err
    written = [path.read_text(errors="replace") for path in project.rglob("*") if path.is_file()]
    for text in [*written, *(one.out + one.err for one in said)]:
        assert PASSWORD not in text
        assert KEY not in text


def test_without_a_password_and_a_terminal_it_is_wrong_use(server: Server, project: Path):
    said = run("load", "run", "first", "--project", project, **variables(server, ODOO_PASSWORD=""))
    assert (said.status, said.out) == (2, "")
    assert "ODOO_PASSWORD or ODOO_API_KEY" in said.err


def test_a_test_takes_the_password_where_a_key_is_set_too(server: Server, project: Path):
    said = load(server, project, "--test", ODOO_API_KEY=KEY)
    assert (said.status, "nothing was stored" in said.out) == (0, True), said


def test_a_test_on_an_odoo_that_lacks_a_field(server: Server, project: Path):
    del server.store.model("res.partner").fields["email"]
    said = load(server, project, "--test")
    assert said.status == 2
    assert "This Odoo has no field 'email' in res.partner; 'odoo-migrate validate check --against-odoo'" in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize(("command", "password"), [("run", ""), ("rollback", PASSWORD)])
@pytest.mark.parametrize("stop", ["ctrl-c", "ctrl-d"])
def test_somebody_who_stops_at_a_question(server: Server, project: Path, command: str, password: str, stop: str):
    load(server, project)
    here_, there = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "odoo_migrate", "load", command, "first", "--project", str(project)],
        env=clean_environment(**variables(server, ODOO_PASSWORD=password)), stdin=there, stdout=there, stderr=there,
        start_new_session=True, preexec_fn=lambda: fcntl.ioctl(there, termios.TIOCSCTTY, 0),
    )  # fmt: skip
    os.close(there)
    question = f"on {server.url}? [y/N]: " if password else f"Password of {USER} at {server.url}: "
    shown = answered(here_, {question: {"ctrl-c": "\x03", "ctrl-d": "\x04"}[stop]})
    assert process.wait() == 130, shown
    assert "odoo-migrate: Stopped." in shown
    assert "Traceback" not in shown
    assert len(server.store.rows("res.partner.category")) == 2


def test_a_terminal_is_asked_and_shows_bars(server: Server, project: Path):
    here_, there = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "odoo_migrate", "load", "run", "first", "--project", str(project)],
        env=clean_environment(**variables(server, ODOO_PASSWORD="", TERM="xterm", COLUMNS="120")), stdin=there,
        stdout=there, stderr=there, start_new_session=True,
    )  # fmt: skip
    os.close(there)
    shown = answered(here_, {f"Password of {USER} at {server.url}: ": PASSWORD})
    assert process.wait() == 0
    assert PASSWORD not in shown
    assert "━" in shown
    assert "4 records written" in shown


def answered(terminal: int, answers: dict[str, str]) -> str:
    """Everything that a process shows, given an answer to each question."""
    shown, waiting = "", dict(answers)
    while True:
        try:
            part = os.read(terminal, 4096).decode(errors="replace")
        except OSError:  # how a terminal says that nobody is there any more
            return shown
        if not part:
            return shown
        shown += part
        for question in [one for one in waiting if one in shown]:
            os.write(terminal, f"{waiting.pop(question)}\n".encode())


# --- Ctrl-C ---------------------------------------------------------------------------------------------------
def test_ctrl_c_says_how_to_go_on(server: Server, project: Path):
    server.faults.append(Injected("delay", method="load", model="res.partner", seconds=1.5))
    process = started("load", "run", "first", "--project", project, "--connections", "1", **variables(server))
    wait_for(lambda: b'"mapping":"res.partner",' in journal(project))
    process.send_signal(signal.SIGINT)
    _, err = process.communicate()
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert "odoo-migrate load run first" in err.splitlines()[-1]
    finished = load(server, project)
    assert finished.status == 0
    assert table(finished)["Together"][-1] == 0
    assert len(server.store.rows("res.partner.category")) == 2
    assert len([one for one in server.store.rows("res.partner") if one["ref"]]) == 2


def journal(project: Path) -> bytes:
    path = project / "runs/first/journal.jsonl"
    return path.read_bytes() if path.exists() else b""


# --- Checking with Odoo -----------------------------------------------------------------------------------------
def test_the_check_asks_odoo_too_and_tells_what_it_found_itself(server: Server, project: Path):
    known = here("validate", "check", "--against-odoo", "--json", "--project", project, **variables(server))
    assert known.status == 0, known
    assert [(one["records"], one["known"]) for one in known.json["odoo"]] == [(2, 0), (2, 0)]
    refused = here(
        "validate", "check", "--against-odoo", "--json", "--project", project, **variables(server, ODOO_DB="nothing")
    )
    assert (refused.status, refused.json["errors"]) == (3, 0)
    mapping = project / "config/mappings/res.partner.yml"
    mapping.write_text(mapping.read_text().replace("email:", "e_mail:"))
    wrong = here("validate", "check", "--against-odoo", "--project", project, **variables(server))
    assert wrong.status == 1
    assert re.search(r"error: config/mappings/res\.partner\.yml, line \d+.*e_mail", wrong.out)

"""A loader that is killed at any moment, and goes on: nothing is lost, nothing is there twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from odoo_migrate.loading.journal import read_history
from tests.loadable_projects import loaded, project_of, run_of
from tests.odoo_http import Injected, Server, serving
from tests.odoo_store import DATABASE, PASSWORD, USER, Store

RECORDS = 300
COLUMNS = ("name", "ref", "email", "parent_id/id")


def rows() -> list[tuple[str, ...]]:
    """Sixty companies with four contacts each, mixed."""
    found = []
    for number in range(RECORDS):
        parent = f"migr.res_partner.{number // 5 * 5}" if number % 5 else ""
        found.append((f"migr.res_partner.{number}", f"Name {number}", f"R{number}", f"n{number}@example.com", parent))
    return found


def start(root: Path, server: Server, *more: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "odoo_migrate", "load", "run", "first", "--project", str(root), *more]
    environment = os.environ | {
        "ODOO_URL": server.url,
        "ODOO_DB": DATABASE,
        "ODOO_USERNAME": USER,
        "ODOO_PASSWORD": PASSWORD,
    }
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def assert_whole(root: Path, server: Server) -> None:
    stored = [row for row in server.store.rows("res.partner") if row["ref"]]
    assert sorted(row["ref"] for row in stored) == sorted(f"R{number}" for number in range(RECORDS))
    by_id = {row["xid"]: row for row in stored}
    for external_id, name, ref, email, parent in rows():
        one = by_id[external_id]
        assert (one["name"], one["ref"], one["email"]) == (name, ref, email)
        assert one["parent_id"] == (by_id[parent]["id"] if parent else False)
    assert len(read_history(run_of(root).journal).created["res.partner"]) == RECORDS


@pytest.mark.parametrize("seed", range(20))
def test_killed_at_any_moment_a_run_goes_on(tmp_path: Path, seed: int):
    chance = random.Random(seed)
    root = project_of(tmp_path, {"res.partner": (COLUMNS, rows())})
    run_of(root)
    with serving(Store()) as server:
        server.faults.append(Injected("delay", method="load", times=10**6, seconds=0.03))
        kills = 0
        while kills < 2:
            stored, moment = server.store.writes, chance.randrange(0, 12)
            process = start(root, server, "--batch-size", "10")
            # So many writes after its start, and some thousandths of a second: between any two steps of the loader.
            while server.store.writes < stored + moment and process.poll() is None:
                time.sleep(0.001)
            time.sleep(chance.random() * 0.05)
            if process.poll() is not None:
                break
            process.send_signal(signal.SIGKILL)
            process.communicate()
            kills += 1
        process = start(root, server)
        output, _ = process.communicate()
        assert process.returncode == 0, output.decode()
        assert kills
        assert_whole(root, server)
        assert loaded(root, server).writes == 0


def test_interrupted_from_the_keyboard_it_says_how_to_go_on(tmp_path: Path):
    root = project_of(tmp_path, {"res.partner": (COLUMNS, rows())})
    run_of(root)
    with serving(Store()) as server:
        server.faults.append(Injected("delay", method="load", times=10**6, seconds=0.05))
        process = start(root, server, "--batch-size", "10")
        while server.store.writes < 3 and process.poll() is None:
            time.sleep(0.001)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate()
        assert process.returncode == 130
        assert "odoo-migrate load run first" in output.decode()
        writes = server.store.writes
        assert 3 <= writes < RECORDS / 10
        process = start(root, server)
        process.communicate()
        assert process.returncode == 0
        assert_whole(root, server)

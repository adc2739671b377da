"""The journal of a run: whatever a crash cuts short, what stands there is true and can be gone on with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from odoo_migrate.loading.journal import Failure, Journal, read_history
from odoo_migrate.loading.runs import RunProblem

SERVER = {"url": "http://localhost:8069", "database": "test", "uuid": "u", "version": "18.0", "username": "admin"}


def written(path: Path) -> Journal:
    """A journal of two batches, one record of which was refused, and of a third that has no end."""
    journal = Journal(path)
    journal.attempt(SERVER)
    first = journal.intent("res.partner", ["migr.a", "migr.b"], ["migr.c"])
    journal.done(first, {"migr.a": 1, "migr.c": 3}, ["migr.a"])
    journal.failed([Failure("res.partner", "migr.b", 3, "email", "No.")])
    second = journal.intent("res.partner", ["migr.d"], [])
    journal.refused(second)
    journal.intent("res.partner", ["migr.e"], [])
    return journal


def test_what_the_entries_add_up_to(tmp_path: Path):
    journal = written(tmp_path / "journal.jsonl")
    journal.close()
    history = read_history(tmp_path / "journal.jsonl")
    assert history == journal.history
    assert (history.attempts, history.whole, history.server["database"]) == (1, False, "test")
    assert history.created == {"res.partner": {"migr.a": 1}}
    assert history.unfinished == {"migr.a"}
    assert [intent.new for intent in history.open.values()] == [["migr.e"]]
    assert list(history.failed) == [("res.partner", "migr.b")]


def test_a_record_that_is_stored_later_is_failed_no_more(tmp_path: Path):
    journal = written(tmp_path / "journal.jsonl")
    journal.done(journal.intent("res.partner", ["migr.b"], []), {"migr.b": 2}, ["migr.b"])
    assert journal.history.failed == {}
    journal.failed([Failure("res.partner", "migr.c", 4, "", "No.")])
    journal.mended("res.partner", ["migr.c"])
    assert journal.history.failed == {}
    journal.end(whole=True)
    assert (journal.history.whole, journal.history.unfinished) == (True, set())
    journal.removed("res.partner", ["migr.a"])
    assert journal.history.created == {"res.partner": {"migr.b": 2}}


def test_the_same_failure_is_written_once(tmp_path: Path):
    journal = written(tmp_path / "journal.jsonl")
    size = journal.path.stat().st_size
    journal.failed([Failure("res.partner", "migr.b", 3, "email", "No.")])
    assert journal.path.stat().st_size == size
    journal.failed([Failure("res.partner", "migr.b", 3, "email", "Still no.")])
    assert journal.history.failed["res.partner", "migr.b"].message == "Still no."


def test_a_line_cut_short_anywhere_is_dropped_and_the_journal_goes_on(tmp_path: Path):
    whole = tmp_path / "journal.jsonl"
    written(whole).close()
    data = whole.read_bytes()
    ends = [place + 1 for place, byte in enumerate(data) if byte == 10]
    for cut in range(len(data) + 1):
        path = tmp_path / "cut.jsonl"
        path.write_bytes(data[:cut])
        journal = Journal(path)
        journal.end(whole=False)
        journal.close()
        kept = max((end for end in ends if end <= cut), default=0)
        assert path.read_bytes()[:kept] == data[:kept]
        entries = [json.loads(line) for line in path.read_text().splitlines()]
        assert len(entries) == ends.index(kept) + 2 if kept else len(entries) == 1


@pytest.mark.parametrize("spoilt", [b"\x00\x00\x00\n", b"[]\n", b'{"kind":"done","batch":1}\n'])
def test_a_line_spoilt_in_the_middle_is_told_and_nothing_is_cut_off(tmp_path: Path, spoilt):
    path = tmp_path / "journal.jsonl"
    written(path).close()
    lines = path.read_bytes().splitlines(keepends=True)
    damaged = b"".join([*lines[:2], spoilt, *lines[2:]])
    path.write_bytes(damaged)
    for read in (read_history, Journal):
        with pytest.raises(RunProblem, match="is damaged at line 3"):
            read(path)
    assert path.read_bytes() == damaged
    path.write_bytes(b"".join([*lines, spoilt]))
    assert read_history(path).created == {"res.partner": {"migr.a": 1}}


def test_one_pass_says_nothing_of_the_other(tmp_path: Path):
    journal = written(tmp_path / "journal.jsonl")
    journal.failed([Failure("p", "migr.x", 2, "", "No."), Failure("p", "migr.y", 3, "", "No.", second=True)])
    journal.done(journal.intent("p", [], ["migr.x", "migr.y"]), {"migr.x": 1, "migr.y": 2}, [])
    assert ("p", "migr.x") not in journal.history.failed
    journal.mended("p", ["migr.y"], [False])
    assert ("p", "migr.y") in journal.history.failed
    journal.done(journal.intent("p", [], ["migr.y"], second=True), {"migr.y": 2}, [])
    assert ("p", "migr.y") not in journal.history.failed


@pytest.mark.parametrize("entry", [{"kind": "of a later version"}])
def test_entries_of_a_later_version_are_passed_over(tmp_path: Path, entry):
    path = tmp_path / "journal.jsonl"
    written(path).close()
    path.write_bytes(path.read_bytes() + json.dumps(entry).encode() + b"\n")
    assert read_history(path).attempts == 1

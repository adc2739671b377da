"""The payload and the problems on disk: whole or not there, and read without trust."""

from __future__ import annotations

import csv
import hashlib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo_migrate.project.payload import Payload, PayloadWriter, Record, payload_file, rows_file
from odoo_migrate.project.problems import KEPT, Problem, Problems
from odoo_migrate.project.safe_files import inside
from odoo_migrate.project.yaml_text import FormatError

cells = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


def write(root: Path, *records: tuple[int, str, tuple[str, ...]], fields: tuple[str, ...] = ("name",)) -> Payload:
    with PayloadWriter(root, "res.partner", fields) as writer:
        for row, external_id, values in records:
            writer.write(row, external_id, values)
    return Payload(root, "res.partner")


@given(values=st.lists(st.tuples(st.integers(2, 10**7), cells, st.tuples(cells, cells)), max_size=5))
def test_records_are_read_back_as_they_were_written(
    values: list[tuple[int, str, tuple[str, str]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    payload = write(tmp_path_factory.mktemp("project"), *values, fields=("name", "parent_id/id"))
    assert payload.fields == ("name", "parent_id/id")
    assert list(payload.records()) == [Record(place, *one) for place, one in enumerate(values)]
    assert payload.count == len(values)
    assert payload.sha256() == hashlib.sha256(payload.path.read_bytes()).hexdigest()


def test_the_payload_is_what_odoo_imports(tmp_path: Path) -> None:
    payload = write(tmp_path, (2, "migr.a", ('Say "hi", you',)), (5, "migr.b", ("",)))
    assert payload.path.read_text() == 'id,name\nmigr.a,"Say ""hi"", you"\nmigr.b,\n'
    assert (tmp_path / rows_file("res.partner")).read_text() == "2\n5\n"


def test_a_payload_that_was_not_finished_is_not_there(tmp_path: Path) -> None:
    write(tmp_path, (2, "migr.a", ("A",)))
    with suppress(ZeroDivisionError), PayloadWriter(tmp_path, "res.partner", ["name"]) as writer:
        writer.write(2, "migr.b", ["B"])
        writer.write(1 // 0, "migr.c", ["C"])
    assert not Payload(tmp_path, "res.partner").exists()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_discarded_payload_is_not_there(tmp_path: Path) -> None:
    write(tmp_path, (2, "migr.a", ("A",)))
    with PayloadWriter(tmp_path, "res.partner", ["name"]) as writer:
        writer.write(2, "migr.b", ["B"])
        writer.discard()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    with pytest.raises(FormatError, match=r"data/payload/res.partner.csv: it is missing; run: odoo-migrate transform"):
        list(Payload(tmp_path, "res.partner").records())


@pytest.mark.parametrize(
    ("file", "text", "complaint"),
    [
        (payload_file("res.partner"), "name\nA\n", "the first line must be 'id'"),
        (payload_file("res.partner"), "", "the first line must be 'id'"),
        (payload_file("res.partner"), "id,name,name\n", "each once"),
        (payload_file("res.partner"), "id,name\nmigr.a,A\n", "damaged at record 2"),
        (payload_file("res.partner"), "id,name\nmigr.a,A\nmigr.b,B\nmigr.c,C\n", "damaged at record 3"),
        (payload_file("res.partner"), "id,name\nmigr.a,A,A\nmigr.b,B\n", "damaged at record 1"),
        (payload_file("res.partner"), 'id,name\nmigr.a,"A\n', "damaged at record 1"),
        (rows_file("res.partner"), "2\n", "damaged at record 2"),
        (rows_file("res.partner"), "2\nthree\n", "damaged at record 2"),
        (rows_file("res.partner"), "2\n-3\n", "damaged at record 2"),
        (rows_file("res.partner"), "2\n99999999999999999999\n", "damaged at record 2"),
        (payload_file("res.partner"), b"\xffid,name\n", "damaged at record 1"),
    ],
)
def test_a_damaged_payload_is_one_sentence(tmp_path: Path, file: str, text: str | bytes, complaint: str) -> None:
    payload = write(tmp_path, (2, "migr.a", ("A",)), (3, "migr.b", ("B",)))
    (tmp_path / file).write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(FormatError, match=complaint):
        list(Payload(tmp_path, payload.mapping).records())


@pytest.mark.parametrize("name", ["\ud800", "a\0b", "../a", "/etc/passwd"])
def test_a_name_that_no_file_of_the_project_has_is_one_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(FormatError):
        inside(tmp_path, name)


def test_a_link_out_of_the_project_is_refused(tmp_path: Path) -> None:
    root, secret = tmp_path / "project", tmp_path / "secret.csv"
    payload = write(root, (2, "migr.a", ("A",)))
    secret.write_text("id,name\nmigr.a,secret\n")
    (root / payload.file).unlink()
    (root / payload.file).symlink_to(secret)
    with pytest.raises(FormatError, match="outside the project directory"):
        list(payload.records())
    with pytest.raises(FormatError, match="outside the project directory"):
        write(root, (2, "migr.a", ("A",)))
    assert "secret" in secret.read_text()


def test_a_problem_is_one_line_with_its_place() -> None:
    problem = Problem("data/raw/a.csv", "this is no number.", row=7, column="Price", value="1\n2")
    assert problem.text() == "data/raw/a.csv, row 7, column 'Price' ('1 2'): this is no number."
    assert Problem("config/ids.yml", "it is empty.", line=3).text() == "config/ids.yml, line 3: it is empty."
    assert len(Problem("a.csv", "it is long.", value="x" * 10_000).text()) < 120
    assert problem.as_json() == {
        "file": "data/raw/a.csv", "message": "this is no number.", "line": 0, "row": 7, "column": "Price",
        "value": "1\n2", "level": "error",
    }  # fmt: skip


def test_all_problems_are_in_the_file_and_the_first_of_each_level_in_memory(tmp_path: Path) -> None:
    with Problems(tmp_path / "problems.csv") as problems:
        for row in range(KEPT + 5):
            problems.add(Problem("a.csv", "odd.", row=row, level="warning"))
        problems.add(Problem("a.csv", "wrong.", row=1))
    assert (problems.errors, problems.warnings, len(problems)) == (1, KEPT + 5, KEPT + 6)
    assert [one.row for one in problems if one.level == "warning"] == list(range(KEPT))
    assert [one.message for one in problems if one.level == "error"] == ["wrong."]
    with (tmp_path / "problems.csv").open(newline="") as stream:
        assert len(list(csv.DictReader(stream))) == KEPT + 6


def test_problems_are_written_only_into_the_project(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "data").symlink_to(tmp_path)
    with pytest.raises(FormatError, match="outside the project directory"):
        Problems(inside(tmp_path / "project", "data/problems.csv"))
    assert Problems(inside(tmp_path, "data/problems.csv")).path == tmp_path / "data/problems.csv"


def test_without_problems_there_is_no_file_and_an_old_one_goes(tmp_path: Path) -> None:
    (tmp_path / "problems.csv").write_text("old")
    with Problems(tmp_path / "problems.csv") as problems:
        pass
    assert not problems.errors
    assert not (tmp_path / "problems.csv").exists()

"""`source prepare`: raw files are staged row by row, and everything wrong with them is told with its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo_migrate.project import csv_text
from odoo_migrate.project.problems import Problems
from odoo_migrate.project.project_definition import FieldEntry
from odoo_migrate.project.yaml_text import FormatError
from odoo_migrate.stages import raw_files
from odoo_migrate.stages.prepare import Prepared, prepare
from odoo_migrate.stages.staged_rows import Staged
from tests.loader_projects import CUSTOMERS, customers, make, mapping, prepared, texts, write, write_manifest
from tests.small_bundles import files_of
from tests.unit.test_sample_bundles import FILES, cleaned

NAMES = mapping("res.partner", "Code", {"name": FieldEntry("Name")})


def one_file(root: Path, text: str | bytes) -> Path:
    return make(root, {"a.csv": (text, [NAMES])})


def test_rows_are_staged_with_their_numbers_and_titles(tmp_path: Path) -> None:
    root = one_file(tmp_path, 'Code,Name\nA,"two\nlines"\nB,"a ""b"", %s"\n')
    with Problems() as problems:
        assert prepare(root, problems) == [Prepared("a.csv", 2)]
    assert len(problems) == 0
    lines = (root / "data/staging/a.jsonl").read_text(encoding="utf-8").splitlines()
    assert lines[0] == '{"row": 2, "cells": {"Code": "A", "Name": "two\\nlines"}}'
    assert json.loads(lines[1]) == {"row": 3, "cells": {"Code": "B", "Name": 'a "b", %s'}}


texts_of_cells = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff"))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(rows=st.lists(st.tuples(texts_of_cells, texts_of_cells), max_size=6))
def test_any_text_survives_staging(rows: list[tuple[str, str]], tmp_path_factory: pytest.TempPathFactory) -> None:
    root = one_file(tmp_path_factory.mktemp("project"), csv_text.text(["Code", "Name"], rows))
    assert prepared(root) == []
    staged = list(Staged(root, "a.csv"))
    assert [(one.row, (one.cells["Code"], one.cells["Name"])) for one in staged] == list(enumerate(rows, 2))
    assert all(Staged(root, "a.csv").at(one.offset) == one for one in staged)


@pytest.mark.parametrize(
    ("text", "complaints"),
    [
        (b"", ["data/raw/a.csv, row 1: it is empty; the first row must hold the columns' titles."]),
        (
            b"Code,Name\nA,x\nB,caf\xe9\nC,\xff\n",
            [
                "data/raw/a.csv, row 3, column 'Name' ('caf\ufffd'): this is not UTF-8; save the file",
                "data/raw/a.csv, row 4, column 'Name' ('\ufffd'): this is not UTF-8; save the file",
            ],
        ),
        (b"Code,Na\xefme\nA,x\n", ["row 1 ('Na\ufffdme'): this is not UTF-8"]),
        (b"Code,Name\nA,x\0y\n", ["row 2, column 'Name' ('x\u2400y'): this holds a NUL byte"]),
        (b"Code,Name\nA\nB,x,y\nC,z\n", ["row 2: this row has 1 cell, but there are 2", "row 3: this row has 3 cells"]),
        (b"Code,Name\nA,x\n\nB,y\n", ["row 3: this row is empty; remove it."]),
        (b"Code,,Name\nA,,x\n", ["row 1: column 2 has no title."]),
        (b"Code,Name,Name\nA,x,y\n", ["row 1, column 'Name': two columns have this title."]),
        (
            b"Code,Nmae\nA,x\n",
            ["'Name': there is no such column, and config/mappings/res.partner.yml needs it for 'name'; did you mean"],
        ),
        (b"Code;Name\nA;x\n", ["separated by semicolons", "separated by semicolons"]),
        (b'Code,Name\nA,x\nB,"y\nC,z\n', ["row 3: a quote that opens in this row is never closed"]),
        (b'Code,Name\nA,"x"y\nB,z\n', ["row 2: a quote stands inside a cell"]),
    ],
)
def test_each_kind_of_damage_is_told_with_its_row(tmp_path: Path, text: bytes, complaints: list[str]) -> None:
    root = one_file(tmp_path, text)
    found = texts(prepared(root))
    assert len(found) == len(complaints), found
    for one, complaint in zip(found, complaints, strict=True):
        assert complaint in one
    assert not (root / "data/staging/a.jsonl").exists()


def test_a_mark_at_the_beginning_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    root = one_file(tmp_path, b"\xef\xbb\xbfCode,Name\r\nA,x\r\n")
    assert prepared(root) == []
    assert [dict(one.cells) for one in Staged(root, "a.csv")] == [{"Code": "A", "Name": "x"}]


def test_a_changed_file_is_an_error_unless_it_is_accepted(tmp_path: Path) -> None:
    root = customers(tmp_path)
    assert prepared(root) == []
    write(root, "data/raw/customers.csv", CUSTOMERS + "D,Delta,,,\n")
    found = texts(prepared(root))
    assert len(found) == 2
    assert "data/raw/customers.csv: it is no longer as it was exported." in found[0]
    assert found[1] == "data/raw/customers.csv: it has 4 rows; MANIFEST.json says 3."
    assert not (root / "data/staging/customers.jsonl").exists()
    assert [one.level for one in prepared(root, accept_changes=True)] == ["warning", "warning"]
    assert len(list(Staged(root, "customers.csv"))) == 4


def test_a_missing_file_and_a_missing_manifest_are_told(tmp_path: Path) -> None:
    root = customers(tmp_path)
    (root / "data/raw/tag.csv").unlink()
    (root / "MANIFEST.json").unlink()
    assert texts(prepared(root)) == ["MANIFEST.json: it is missing.", "data/raw/tag.csv: it is missing."]


def test_settings_changed_by_hand_and_files_nobody_reads_are_warned_of(tmp_path: Path) -> None:
    root = customers(tmp_path)
    write(root, "config/lookups/tag.csv", "source_key,external_id\nRetail,migr.tag.Retail\nVIP,migr.tag.VIP\n# \n")
    write(root, "config/lookups/tag.csv", "source_key,external_id\nVIP,migr.tag.VIP\n")
    write(root, "data/raw/old.csv", "a\n")
    found = prepared(root)
    assert {one.level for one in found} == {"warning"}
    assert texts(found) == [
        "config/lookups/tag.csv: it is no longer as it was exported; what it says now is used.",
        "data/raw/old.csv: no mapping reads this file.",
    ]


def test_a_file_that_the_manifest_does_not_list_is_an_error(tmp_path: Path) -> None:
    root = customers(tmp_path)
    (root / "data/raw/tag.csv").rename(root / "data/raw/was.csv")
    write_manifest(root)
    (root / "data/raw/was.csv").rename(root / "data/raw/tag.csv")
    assert texts(prepared(root)) == ["data/raw/tag.csv: MANIFEST.json does not list this file."]


def test_what_is_staged_of_a_source_that_is_gone_goes_too(tmp_path: Path) -> None:
    root = customers(tmp_path)
    write(root, "data/staging/old.jsonl", "{}\n")
    assert prepared(root) == []
    assert sorted(path.name for path in (root / "data/staging").glob("*.jsonl")) == ["customers.jsonl", "tag.jsonl"]


def test_staged_rows_older_than_the_raw_file_are_refused(tmp_path: Path) -> None:
    root = customers(tmp_path)
    with pytest.raises(FormatError, match="it is missing; run: odoo-migrate source prepare"):
        Staged(root, "customers.csv")
    assert prepared(root) == []
    write(root, "data/raw/customers.csv", CUSTOMERS + "D,Delta,,,\n")
    with pytest.raises(FormatError, match="prepare again"):
        Staged(root, "customers.csv")


def test_a_link_out_of_the_project_is_refused(tmp_path: Path) -> None:
    root = customers(tmp_path / "project")
    write(tmp_path, "secret.csv", "Name\nsecret\n")
    (root / "data/raw/tag.csv").unlink()
    (root / "data/raw/tag.csv").symlink_to(tmp_path / "secret.csv")
    assert "outside the project directory" in texts(prepared(root))[0]
    (root / "config/ids.yml").unlink()
    (root / "config/ids.yml").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(FormatError, match="outside the project directory"):
        prepared(root)


def test_a_directory_that_leads_elsewhere_is_not_written_to(tmp_path: Path) -> None:
    root, elsewhere = customers(tmp_path / "project"), tmp_path / "elsewhere"
    elsewhere.mkdir()
    (root / "data/staging").symlink_to(elsewhere)
    assert "outside the project directory" in texts(prepared(root))[0]
    assert list(elsewhere.iterdir()) == []


def test_lines_without_end_and_huge_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = one_file(tmp_path, "Code,Name\nA," + "x" * 5000 + "\n")
    monkeypatch.setattr(raw_files, "_CHUNK", 1000)
    monkeypatch.setattr(raw_files, "MAX_LINE", 4000)
    assert "holds a line without end" in texts(prepared(root))[0]
    monkeypatch.setattr(raw_files, "MAX_LINE", 10_000)
    monkeypatch.setattr(raw_files, "MAX_COLUMNS", 1)
    assert "it has 2 columns; at most 1 are possible" in texts(prepared(root))[0]


def test_progress_ends_with_all_rows(tmp_path: Path) -> None:
    said: list[tuple[str, int, int]] = []
    with Problems() as problems:
        prepare(customers(tmp_path), problems, lambda *one: said.append(one))
    assert said == [("customers.csv", 3, 3), ("tag.csv", 2, 2)]


@pytest.mark.parametrize("name", FILES)
def test_every_sample_is_prepared_the_same_way_twice(name: str, tmp_path: Path) -> None:
    _, root = cleaned(name, tmp_path)
    assert prepared(root) == []
    first = files_of(root / "data/staging")
    assert prepared(root) == []
    assert files_of(root / "data/staging") == first

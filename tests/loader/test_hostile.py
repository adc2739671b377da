"""Whatever somebody has made of a project's files, the stages answer with problems or one sentence, never otherwise."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo_migrate.project.problems import Problems
from odoo_migrate.project.project_reader import read_project
from odoo_migrate.project.yaml_text import FormatError
from odoo_migrate.stages.load_order import Cycle, steps
from odoo_migrate.stages.prepare import prepare
from odoo_migrate.stages.transform import transform
from odoo_migrate.stages.validate import check
from tests.loader_projects import checked, customers

FILES = [
    "config/project.yml",
    "config/ids.yml",
    "config/mappings/res.partner.yml",
    "config/lookups/tag.csv",
    "data/raw/customers.csv",
    "data/staging/customers.jsonl",
    "data/staging/customers.stamp.json",
    "data/payload/res.partner.csv",
    "data/payload/rows/res.partner.txt",
    "data/payload/stamps/res.partner.json",
    "MANIFEST.json",
]
PIECES = [
    b"", b"\0", b"\xff", b'"', b"'", b"\n", b"\r", b",", b";", b":", b"{", b"}", b"[", b"]", b"&a", b"*a", b"!!str ",
    b"null", b"- ", b"0", b"999999999999999999999999", b"id", b"migr.", b"res.partner", b"\xe2\x80\xa8", b"../",
    b"\xef\xbb\xbf", b"|", b">", b"%", b"#", b"?", b"~", b"true", b"-1", b"1e999", b"\\ud800", b"NaN",
]  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = customers(tmp_path_factory.mktemp("whole") / "project")
    assert checked(root) == []
    return root


def every_stage(root: Path) -> None:
    with contextlib.suppress(FormatError):
        check(root, Problems())
    with contextlib.suppress(FormatError, Cycle):
        steps(read_project(root))
    with contextlib.suppress(FormatError):
        transform(read_project(root), None, Problems())
    with contextlib.suppress(FormatError):
        prepare(root, Problems(), accept_changes=True)
    with contextlib.suppress(FormatError):
        transform(read_project(root), None, Problems())
    with contextlib.suppress(FormatError):
        check(root, Problems())


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=30)
@given(
    file=st.sampled_from(FILES),
    piece=st.sampled_from(PIECES) | st.binary(max_size=4),
    at=st.floats(0, 1),
    cut=st.integers(0, 30),
)
def test_a_file_with_something_else_in_it(
    file: str, piece: bytes, at: float, cut: int, whole: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("hostile") / "project"
    shutil.copytree(whole, root)
    data = (root / file).read_bytes()
    place = int(at * len(data))
    (root / file).write_bytes(data[:place] + piece + data[place + cut :])
    every_stage(root)
    shutil.rmtree(root)


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("kind", ["gone", "directory", "empty", "link to itself"])
def test_a_file_that_is_no_file(file: str, kind: str, whole: Path, tmp_path: Path) -> None:
    root = tmp_path / "project"
    shutil.copytree(whole, root)
    path = root / file
    path.unlink()
    if kind == "directory":
        path.mkdir()
    elif kind == "empty":
        path.touch()
    elif kind == "link to itself":
        path.symlink_to(path)
    every_stage(root)

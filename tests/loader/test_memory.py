"""The stages stream: what they keep grows with the records by little, so that a million fit into a gigabyte."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from odoo_migrate.project.problems import Problems
from odoo_migrate.project.project_reader import read_project
from odoo_migrate.stages.prepare import prepare
from odoo_migrate.stages.transform import transform
from odoo_migrate.stages.validate import check
from tests.loader_projects import customers

FEW, MANY = 2_000, 12_000
BYTES_A_ROW = 600


def project_of(root: Path, rows: int) -> Path:
    lines = (f"C{n:07d},Müller {n} & Sons,{f'C{n // 3:07d}' if n else ''},VIP;Retail,note {n}\n" for n in range(rows))
    return customers(root, "Code,Name,Parent,Tags,Notes\n" + "".join(lines))


def peak(stage: Callable[[], object]) -> int:
    """Bytes that were in use at once while `stage` ran."""
    tracemalloc.start()
    stage()
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found


def peaks(root: Path) -> dict[str, int]:
    with Problems() as problems:
        found = {
            "prepare": peak(lambda: prepare(root, problems)),
            "transform": peak(lambda: transform(read_project(root), None, problems)),
            "validate": peak(lambda: check(root, problems)),
        }
    assert problems.errors == 0
    return found


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    """Bytes by which each stage's peak grows with every row."""
    peaks(project_of(tmp_path_factory.mktemp("first"), 10))  # catalogs and caches are filled once
    few = peaks(project_of(tmp_path_factory.mktemp("few"), FEW))
    many = peaks(project_of(tmp_path_factory.mktemp("many"), MANY))
    return {stage: (many[stage] - few[stage]) / (MANY - FEW) for stage in few}


@pytest.mark.parametrize("stage", ["prepare", "transform", "validate"])
def test_memory_grows_by_little_a_row(stage: str, grown: dict[str, float]) -> None:
    assert grown[stage] < (50 if stage == "prepare" else BYTES_A_ROW), grown

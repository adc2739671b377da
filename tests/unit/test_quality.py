"""What comes out of a fixed set of messy workbooks is at least as good as it was."""

import json

import pytest

from bench.mess.__main__ import FIXED_SET, RECORD, run_seeds
from bench.mess.drawn_dataset import draw_dataset
from bench.mess.quality_table import MEASURES, fault_lines, reached


@pytest.fixture(scope="module")
def figures():
    return run_seeds(FIXED_SET, 2)


@pytest.mark.parametrize(("name", "more_is_better"), [(measure[0], measure[4]) for measure in MEASURES])
def test_no_measure_gets_worse(name, more_is_better, figures):
    """Where it gets better, `python -m bench.mess --record` says so."""
    now, before = reached(figures)[name], json.loads(RECORD.read_text())[name]
    worse = now < before if more_is_better else now > before
    assert not worse, "\n".join([f"{name}: {now} instead of {before}", *fault_lines(figures, "", 1)])


def test_a_seed_draws_the_same_files_for_ever(tmp_path):
    """CSV files, since workbooks hold the time at which they were written."""
    for folder in ("one", "other"):
        (tmp_path / folder).mkdir()
        draw_dataset(3, tmp_path / folder)
    one, other = (sorted((tmp_path / folder).iterdir()) for folder in ("one", "other"))
    assert [path.name for path in one] == [path.name for path in other]
    assert [path.read_bytes() for path in one if path.suffix == ".csv"] == [
        path.read_bytes() for path in other if path.suffix == ".csv"
    ]

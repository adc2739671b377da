"""Documentation cannot drift: what is made from the code is up to date, and the code in it runs."""

import re

import numpy as np
import pyarrow as pa

from engine import readers
from engine.detectors.counted_words import cells_of
from engine.profile import detector as detectors
from engine.profile.column_batch import ColumnBatch, Way
from engine.profile.profile_results import FindingFacts, Fix
from engine.steps import step as steps
from tests import docs
from tests.imports import ROOT
from tests.small_profiles import TODAY
from tests.source_files import read


def test_the_list_of_steps_is_up_to_date():
    assert docs.CLEANING.read_text(encoding="utf-8") == docs.cleaning(), "run: python -m tests.docs"


def test_the_list_of_readable_files_is_up_to_date():
    assert docs.UPLOAD.read_text(encoding="utf-8") == docs.upload(), "run: python -m tests.docs"


def test_the_list_of_findings_is_up_to_date():
    assert docs.FINDINGS.read_text(encoding="utf-8") == docs.findings_page(), "run: python -m tests.docs"


def code_in(page: str) -> str:
    text = (ROOT / "docs" / "developers" / page).read_text(encoding="utf-8")
    [code] = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    return "from __future__ import annotations\n" + code


def test_the_reader_in_the_documentation_reads_a_file(monkeypatch):
    names: dict[str, object] = {}
    exec(code_in("adding-a-reader.md"), names)
    monkeypatch.setattr(readers, "READERS", (names["READER"], *readers.READERS))
    assert read(b'{"a": 1, "b": "x"}\n{"a": 2, "c": 3}\n', "list.jsonl") == [
        ["a", "b", "c"],
        ["1", "x", ""],
        ["2", "", "3"],
    ]


def test_the_step_in_the_documentation_does_what_its_example_says():
    names = dict(vars(steps))
    exec(code_in("adding-a-step.md"), names)
    step = names["RemoveSpaces"]
    [example] = step.examples
    outcome = step().apply(pa.array(example.before, pa.string()), steps.Context())
    assert tuple(outcome.values.to_pylist()) == example.after


def test_the_detector_in_the_documentation_finds_something():
    names = {
        **vars(detectors),
        "ColumnBatch": ColumnBatch,
        "FindingFacts": FindingFacts,
        "Fix": Fix,
        "cells_of": cells_of,
    }
    exec(code_in("adding-a-detector.md"), names)
    column = detectors.ColumnContext("Customer", 0, "text", [], frozenset(), "", TODAY)
    detector = names["Ditto"](column)
    detector.look(ColumnBatch(pa.array(["Acme", '"', "", "''"]), np.arange(2, 6, dtype=np.int32), Way.VALUES))
    [finding] = detector.findings()
    assert (finding.message, finding.rows) == ("2 cells only repeat the row above", [3, 5])

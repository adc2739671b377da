"""A sample of every column, spread over the sheet, and the kinds that it shows."""

from __future__ import annotations

from collections import Counter
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.detectors.detector import Column
from engine.profile.title_hints import says
from engine.profile.value_kinds import Sample, kind_of
from engine.sheets.row_kinds import row_kinds
from engine.sheets.working_file import WorkingFile

PAGES, PAGE = 8, 512
MOST_TEXTS = 300  # different texts of a column


def known_columns(working: WorkingFile, country: str, today: date) -> list[Column]:
    """The columns of a sheet with their kinds; `country` is the dataset's (ISO alpha-2) or ""."""
    samples = _samples(working)
    kinds = {title: kind_of(sample, says(title), country) for title, sample in samples.items()}
    others = {title: (kinds[title], sample) for title, sample in samples.items()}
    return [
        Column(title, place, kinds[title], samples[title], says(title), country, today, others)
        for place, title in enumerate(working.titles)
    ]


def _samples(working: WorkingFile) -> dict[str, Sample]:
    pages = [working.page(start, PAGE) for start in _starts(working.num_rows)]
    batches = [batch for page in pages for batch in page.to_batches()]
    data = [batch.filter(pa.array(row_kinds(batch).data)) for batch in batches]
    return {title: _sample([batch.column(title) for batch in data]) for title in working.titles}


def _starts(rows: int) -> list[int]:
    """Where the pages of the sample start: all of a small sheet, or pages evenly spread over a large one."""
    if rows <= PAGES * PAGE:
        return list(range(0, rows, PAGE))
    return [round(start) for start in np.linspace(0, rows - PAGE, PAGES)]


def _sample(parts: list[pa.StringArray]) -> Sample:
    """The texts met most often among the filled ones, up to MOST_TEXTS."""
    counts: Counter[str] = Counter()
    for part in parts:
        met = pc.value_counts(part)
        counts.update(dict(zip(met.field(0).to_pylist(), met.field(1).to_pylist(), strict=True)))
    counts.pop("", None)
    return [(text, times) for text, times in counts.most_common(MOST_TEXTS) if text.strip()]

"""What a new version of a file changes: titles, rows and the values of columns with few of them."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from engine.sheets.working_file import WorkingFile

# Columns with more different values are names, numbers, dates: their values are expected to change.
FEW = 200
SHOWN = 20


def differences(before: WorkingFile, after: WorkingFile) -> dict[str, Any]:
    """`{"rows": [n, m], "titles_added", "titles_gone", "values": {title: {"added": [...], "gone": [...]}}}`;
    only columns with at most 200 different values in both versions, at most 20 values each way.
    """
    common = [title for title in after.titles if title in set(before.titles)]
    return {
        "rows": [before.num_rows, after.num_rows],
        "titles_added": [title for title in after.titles if title not in set(before.titles)],
        "titles_gone": [title for title in before.titles if title not in set(after.titles)],
        "values": _values(_few_values(before, common), _few_values(after, common)),
    }


def _values(before: dict[str, set[str]], after: dict[str, set[str]]) -> dict[str, dict[str, list[str]]]:
    changed = {}
    for title in before.keys() & after.keys():
        added, gone = after[title] - before[title], before[title] - after[title]
        if added or gone:
            changed[title] = {"added": sorted(added)[:SHOWN], "gone": sorted(gone)[:SHOWN]}
    return dict(sorted(changed.items()))


def _few_values(working: WorkingFile, titles: list[str]) -> dict[str, set[str]]:
    """The different values of each column, leaving out the columns that have more than FEW."""
    found: dict[str, set[str]] = {title: set() for title in titles}
    for batch in working.batches(titles):
        for title in list(found):
            found[title] |= set(pc.unique(_strings(batch.column(title))).to_pylist())
            if len(found[title]) > FEW:
                del found[title]
    return found


def _strings(column: pa.Array) -> pa.Array:
    return column.cast(pa.string())

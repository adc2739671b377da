"""What a new version of a file changes: titles, rows and the values of columns with few of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from engine.sheets.working_file import WorkingFile

# Columns with more different values are names, numbers, dates: their values are expected to change.
FEW = 200
SHOWN = 20  # values that a page lists


def differences(before: WorkingFile, after: WorkingFile) -> dict[str, Any]:
    """Return what `after` holds that `before` does not, and the other way round.

    The result is `{"rows": [n, m], "titles_added", "titles_gone", "values": {title: {"added": [...], "gone": [...]}}}`,
    with values for columns that have at most 200 different ones in both versions, at most 20 each way.
    """
    added, gone = _not_in(after.titles, before.titles), _not_in(before.titles, after.titles)
    common = _not_in(after.titles, added)
    return {
        "rows": [before.num_rows, after.num_rows],
        "titles_added": added,
        "titles_gone": gone,
        "values": _changed_values(_few_values(before, common), _few_values(after, common)),
    }


def _not_in(titles: Iterable[str], others: Iterable[str]) -> list[str]:
    """Return the titles that are none of the others, in their order."""
    known = set(others)
    return [title for title in titles if title not in known]


def _changed_values(before: dict[str, set[str]], after: dict[str, set[str]]) -> dict[str, dict[str, list[str]]]:
    changed = {}
    for title in before.keys() & after.keys():
        added, gone = after[title] - before[title], before[title] - after[title]
        if added or gone:
            changed[title] = {"added": sorted(added)[:SHOWN], "gone": sorted(gone)[:SHOWN]}
    # Sets have no order; the answer must have the same one every time.
    return dict(sorted(changed.items()))


def _few_values(working: WorkingFile, titles: list[str]) -> dict[str, set[str]]:
    """Return the different values of each column, leaving out the columns that have more than FEW."""
    found: dict[str, set[str]] = {title: set() for title in titles}
    for batch in working.batches(titles):
        for title in list(found):
            different = pc.unique(batch.column(title).cast(pa.string()))
            found[title].update(different.to_pylist())
            if len(found[title]) > FEW:  # given up at once, so that a column of names is never held as a whole
                del found[title]
    return found

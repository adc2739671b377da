"""Say which cells are none of the choices of the field that their column fills, each with what it likely means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz.distance import OSA

from engine.detectors.counted_words import counted, either, listed
from engine.profile.column_kinds import says_something
from engine.profile.detector import CellTally
from engine.profile.profile_results import MAX_EXAMPLES, FindingFacts, Fix
from engine.values.folding import fold
from odoo_migrate.rules.value_rules import choice_texts

SLUG = "no_choices"
Choices = Sequence[tuple[str, str]]  # of a field: key and label of each

LIMIT = 200  # different texts; a column with more holds no choices
NEARLY = 0.75  # of its letters are those of the choice that a text is a slip of
CLEARER = 0.1  # of its letters more than of any other choice
MEANT = 0.5  # share of the texts that are choices or like one; where fewer are, the field is the wrong one
_SHOWN = 3


def likely_choice(text: str, choices: Choices) -> str:
    """Return the label of the one choice that a text likely means, "" where none or several may be meant.

    A choice is meant by its own words, also among others (`Receivable` for `Accounts receivable (A/R)`), and by a text
    that differs from it in a letter or two.
    """
    words = frozenset(fold(text).split())
    contained: set[str] = set()
    near: dict[str, float] = {}
    for key, label in choices:
        for name in (key.replace("_", " "), label):
            named = fold(name)
            if named == fold(text):
                return label
            parts = frozenset(named.split())
            if parts and words and (parts <= words or words <= parts):
                contained.add(label)
            near[label] = max(near.get(label, 0.0), OSA.normalized_similarity(fold(text), named))
    if len(contained) == 1:
        return contained.pop()
    first, *others = sorted(near, key=lambda label: -near[label])
    if near[first] < NEARLY or any(near[first] - near[other] < CLEARER for other in others):
        return ""
    return first


def find_other_choices(
    parts: Iterable[tuple[npt.NDArray[np.int32], pa.StringArray]], column: str, choices: Choices, *, decided: bool
) -> FindingFacts | None:
    """Return a finding such as `'Shipped' is no choice of Odoo's: likely 'Done'`, or None.

    Args:
        parts: The column as it is after its steps: source rows and cells, batch by batch.
        column: Its title.
        choices: Those of the field that it fills.
        decided: Whether a person chose the field; else the column must look as if it were meant for it.
    """
    held = list(parts)
    texts: Counter[str] = Counter()
    for _, cells in held:
        known = pc.value_counts(pc.utf8_trim_whitespace(cells))
        texts.update(dict(zip(known.field(0).to_pylist(), known.field(1).to_pylist(), strict=True)))
        if len(texts) > LIMIT:
            return None
    allowed = choice_texts(choices)
    odd = [text for text in texts if text and says_something(text) and text.lower() not in allowed]
    pairs = {text: label for text in odd if (label := likely_choice(text, choices))}
    filled = len([text for text in texts if text])
    if not odd or not (decided or filled - len(odd) + len(pairs) >= MEANT * filled):
        return None
    tally = _tallied(held, odd)
    fix = Fix("map_values", {"pairs": pairs}) if pairs else None
    return FindingFacts(
        SLUG, column, tally.count, _message(odd, pairs), tally.examples, tally.rows, fix, severity="problem"
    )


def _tallied(parts: Iterable[tuple[npt.NDArray[np.int32], pa.StringArray]], odd: Sequence[str]) -> CellTally:
    tally = CellTally()
    for rows, cells in parts:
        flags = pc.is_in(pc.utf8_trim_whitespace(cells), pa.array(odd, pa.string()))
        found = cells.filter(flags).unique()[:MAX_EXAMPLES].to_pylist()
        tally.add_rows(rows[flags.to_numpy(zero_copy_only=False)], found)
    return tally


def _message(odd: Sequence[str], pairs: dict[str, str]) -> str:
    shown = []
    for text in odd[:_SHOWN]:
        likely = f" (likely '{pairs[text]}')" if text in pairs else ""
        shown.append(f"'{text}'{likely}")
    if len(odd) > _SHOWN:
        shown.append(counted(len(odd) - _SHOWN, "other text", "other texts"))
    return f"{listed(shown)} {either(len(odd), 'is', 'are')} no choice of Odoo's"

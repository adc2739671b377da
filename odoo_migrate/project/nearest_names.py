"""Find the known name that somebody most likely meant, for messages about a name that is not known.

Every "did you mean" of the loader, the engine and the portal comes from here, so that one misspelling gets the same
suggestion everywhere.
"""

from __future__ import annotations

from collections.abc import Collection

from thefuzz import fuzz, process, utils

# Out of 100. Below 60, suggestions for column titles and recipe keys were mostly wrong ones.
ALIKE = 60
# Names of fields share many words (partner_id, partner_shipping_id), so one is suggested only when it is closer.
ALIKE_FIELDS = 70


def nearest(name: str, known: Collection[str], *, at_least: float = ALIKE) -> str | None:
    """Return the known name that is most like `name`, or None where none is alike enough.

    Upper case, punctuation and the order of words do not count, and a part of a longer name counts as alike: titles of
    columns change in these ways.

    Args:
        name: What was written.
        known: The names to choose from; of two that are equally alike, the first is returned.
        at_least: How alike the two must be, out of 100.
    """
    if not utils.full_process(name):  # signs alone are like nothing, and thefuzz would log a warning
        return None
    found = process.extractOne(name, known, scorer=fuzz.WRatio, score_cutoff=at_least)
    if not found:
        return None
    return found[0]


def nearest_spelling(name: str, known: Collection[str], *, at_least: float) -> str | None:
    """Return the known name that is spelt most like `name` as a whole, or None where none is alike enough.

    This suits technical names, of which many contain one another (`sale.order`, `sale.order.line`).
    """
    found = process.extractOne(name, known, processor=None, scorer=fuzz.ratio, score_cutoff=at_least)
    if not found:
        return None
    return found[0]


def did_you_mean(name: str, known: Collection[str], *, at_least: float = ALIKE) -> str:
    """Return the end of a sentence that suggests the nearest known name: "; did you mean 'x'?", or a full stop."""
    near = nearest(name, known, at_least=at_least)
    if not near:
        return "."
    return f"; did you mean '{near}'?"

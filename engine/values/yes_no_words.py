"""Read the words that mean yes, no or an empty cell."""

from __future__ import annotations

from functools import cache

from engine.values.languages import words


def yes_or_no(text: str) -> bool | None:
    """Return what a word answers: `Oui`, `J`, `x`, `1` -> True; `Nein`, `f` -> False; None where it does neither."""
    word = text.strip().casefold()
    if word in yes_words():
        return True
    if word in no_words():
        return False
    return None


def means_empty(text: str) -> bool:
    """Return whether a text is one of those that people type where they know nothing: `N/A`, `-`, `k.A.`."""
    return text.strip().lower() in empty_words()


# Columns are asked by the million cells, so each set is made once.
@cache
def yes_words() -> frozenset[str]:
    """Return the words for yes in lower case."""
    return frozenset(words("yes_answers"))


@cache
def no_words() -> frozenset[str]:
    """Return the words for no in lower case."""
    return frozenset(words("no_answers"))


@cache
def empty_words() -> frozenset[str]:
    """Return the texts that mean nothing, in lower case, as they fill a cell without spaces around."""
    return frozenset(words("empty_answers"))

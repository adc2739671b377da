"""Tell a slip of the pen from another word: a rare text one or two letters from one that comes again and again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import chain, zip_longest

from rapidfuzz import process
from rapidfuzz.distance import OSA

from engine.values.folding import fold

# Set so that no two right values of the samples, of the bench's made tables or of the word lists of the languages
# are taken for one; `python -m bench.error_sets` shows what they find.
OFTEN = 10  # times that a text occurs at least that others may be slips of
RATIO = 20  # times as often as its slip
SWAPPED_RATIO = 6  # times as often as a slip that has all of its letters, two of them swapped
LETTERS_EACH = 5  # letters of a word for each one that may differ
LONG = 10  # letters of a text for each one that may differ, where there are more or fewer words
MOST_SLIPS = 3  # letters that differ in one word
_ANY = "\u2400"  # stands for a number
_NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
MOST_OFTEN = 300  # frequent texts that others are compared with
REPEATED = 0.5  # share of the cells whose text occurs at least three times: else most texts are rare, and none is odd


def misspelt(counts: Mapping[str, int], is_right: Callable[[str], object]) -> dict[str, str]:
    """Return the texts that are most likely slips of the pen, each with the frequent text that is meant.

    Args:
        counts: The texts of a column, and how often each occurs.
        is_right: Tells of a text whether it is right however rare it is, such as a country's name.
    """
    often = [text for text, times in counts.items() if times >= SWAPPED_RATIO and len(text) >= LETTERS_EACH]
    if not often or not _repeats(counts):
        return {}
    often = sorted(often, key=lambda text: -counts[text])[:MOST_OFTEN]
    found = {}
    for text, times in counts.items():
        if times * SWAPPED_RATIO > counts[often[0]]:
            continue
        meant = _meant(text, [one for one in often if counts[one] >= SWAPPED_RATIO * times])
        if meant and _often_enough(text, meant, counts) and not is_right(text):
            found[text] = meant
    return found


def misspelt_beside_numbers(counts: Mapping[str, int], is_right: Callable[[str], object]) -> dict[str, str]:
    """Return texts of which a word beside a number is a slip: `21 pxtients` among `7 patients` and `300 patients`."""
    forms: Counter[str] = Counter()
    for text, times in counts.items():
        forms[_NUMBER.sub(_ANY, text)] += times
    slips = misspelt({form: times for form, times in forms.items() if _ANY in form}, is_right)
    found = {}
    for text in counts:
        meant = slips.get(_NUMBER.sub(_ANY, text))
        if meant:
            parts = meant.split(_ANY)
            numbers = _NUMBER.findall(text)
            found[text] = "".join(chain.from_iterable(zip_longest(parts, numbers, fillvalue="")))
    return found


def _often_enough(text: str, meant: str, counts: Mapping[str, int]) -> bool:
    """Return whether a text is so frequent that another one must be a slip of it."""
    if sorted(fold(text)) == sorted(fold(meant)):
        return True
    return counts[meant] >= max(OFTEN, RATIO * counts[text])


def _repeats(counts: Mapping[str, int]) -> bool:
    again = sum(times for times in counts.values() if times >= 3)
    return again >= REPEATED * sum(counts.values())


def _meant(text: str, often: Sequence[str]) -> str:
    """Return the one frequent text that a rare one is a slip of, "" where there is none or several are as near."""
    most = max(1, len(text) // LETTERS_EACH)
    near = process.extract(text, often, scorer=OSA.distance, score_cutoff=most, limit=2)
    near = [one for one in near if is_slip(text, one[0])]
    if not near or (len(near) > 1 and near[0][1] == near[1][1]):
        return ""
    return str(near[0][0])


def is_slip(text: str, meant: str) -> bool:
    """Return whether a text can be `meant` with letters mistaken, word by word, and no digit.

    The one must not begin with the other: `Service` and `Services` are forms of a word.
    """
    ones, others = fold(text).split(), fold(meant).split()
    if ones == others:
        return False
    if len(ones) != len(others):
        return _spaces_are_slips(text, meant)
    return all(one == other or _word_is_slip(one, other) for one, other in zip_longest(ones, others))


def _spaces_are_slips(text: str, meant: str) -> bool:
    """Return whether long texts differ in next to nothing but their spaces, and not in digits."""
    short = min(len(text), len(meant))
    same_digits = [one for one in text if one.isdigit()] == [one for one in meant if one.isdigit()]
    return same_digits and short >= LONG and OSA.distance(text, meant) <= short // LONG


def _word_is_slip(one: str, other: str) -> bool:
    if not one.isalpha() or not other.isalpha() or one.startswith(other) or other.startswith(one):
        return False
    # Hardly anybody mistakes the first letter, while Cortland and Portland are two cities.
    if one[0] != other[0]:
        return False
    return OSA.distance(one, other) <= min(len(one) // LETTERS_EACH, len(other) // LETTERS_EACH, MOST_SLIPS)

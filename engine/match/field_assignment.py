"""Give every column a field and no field twice: the assignment of the greatest total worth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

Worths = Sequence[Mapping[str, float]]  # per column, what each name is worth to it (> 0)
_Chain = list[tuple[int, str]]  # who takes which name

_EXACT = 1e-9  # sums of worths that differ by less are equal


def assign(worths: Worths) -> list[str | None]:
    """Return for each column the chosen name or None.

    No name is given twice and the sum of the worths is the greatest possible; of equal sums, earlier columns get more.
    Columns that share no name with another are settled apart, so the cost grows with the conflicts.
    """
    # Most columns want fields of their own, so taking the groups apart leaves little to assign.
    chosen: list[str | None] = [None] * len(worths)
    for columns in _connected(worths):
        names = _settle([worths[column] for column in columns])
        for column, name in zip(columns, names, strict=True):
            chosen[column] = name
    return chosen


def _connected(worths: Worths) -> Iterator[list[int]]:
    """Yield the columns in groups that compete for the same names; columns that want none are left out."""
    wanted: dict[str, list[int]] = {}
    for column, names in enumerate(worths):
        for name in names:
            wanted.setdefault(name, []).append(column)
    seen: set[int] = set()
    for start, names in enumerate(worths):
        if start not in seen and names:
            group = _competitors(start, worths, wanted)
            seen |= group
            yield sorted(group)


def _competitors(start: int, worths: Worths, wanted: Mapping[str, Sequence[int]]) -> set[int]:
    """Return a column and all that compete with it for a name, directly or through others."""
    group: set[int] = set()
    reach = [start]
    while reach:
        column = reach.pop()
        if column in group:
            continue
        group.add(column)
        for name in worths[column]:
            reach.extend(wanted[name])
    return group


def _settle(worths: Worths) -> list[str | None]:
    """Give names column by column, along the chain of exchanges that gains most (best augmenting paths)."""
    holder: dict[str, int] = {}
    for column in range(len(worths)):
        for taker, name in _best_chain(worths, holder, column):
            holder[name] = taker
    held = {column: name for name, column in holder.items()}
    return [held.get(column) for column in range(len(worths))]


def _best_chain(worths: Worths, holder: Mapping[str, int], column: int) -> Iterable[tuple[int, str]]:
    """Return the chain of reassignments that gains most when a column gets a field; () where none gains.

    A chain ends at a free name or at a column that goes without. Gains are relaxed as Bellman and Ford do.
    """
    gains: dict[int, float] = {column: 0.0}
    came: dict[int, tuple[int, str]] = {}
    # No chain is longer than there are columns, so as many rounds are enough.
    for _ in range(len(worths)):
        if not _relax(worths, holder, gains, came):
            break
    best, end = 0.0, (column, "")
    for gain, possible in _ends(worths, holder, gains):
        if gain > best:
            best, end = gain, possible
    return _walk(end, came, column) if best > _EXACT else ()


def _relax(
    worths: Worths, holder: Mapping[str, int], gains: dict[int, float], came: dict[int, tuple[int, str]]
) -> bool:
    """Take every name from its holder where that gains more than before; return whether anything changed."""
    changed = False
    for taker in list(gains):
        for name, worth in worths[taker].items():
            loser = holder.get(name)
            if loser is None or loser == taker:
                continue
            gain = gains[taker] + worth - worths[loser][name]
            if loser not in gains or gain > gains[loser] + _EXACT:
                gains[loser], came[loser] = gain, (taker, name)
                changed = True
    return changed


def _ends(
    worths: Worths, holder: Mapping[str, int], gains: Mapping[int, float]
) -> Iterator[tuple[float, tuple[int, str]]]:
    """Yield where a chain can end: a free name for one of its columns, or a column that goes without."""
    for column, gain in gains.items():
        yield gain, (column, "")
        for name, worth in worths[column].items():
            if name not in holder:
                yield gain + worth, (column, name)


def _walk(end: tuple[int, str], came: Mapping[int, tuple[int, str]], start: int) -> _Chain:
    """Return the chain from its end back to the column that it was for."""
    column, name = end
    chain = [(column, name)] if name else []
    while column != start:
        taker, taken = came[column]
        chain.append((taker, taken))
        column = taker
    return chain

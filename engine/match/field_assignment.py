"""Giving every column a field and no field twice: the assignment of the greatest total worth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

Worths = Sequence[Mapping[str, float]]


def assign(worths: Worths) -> list[str | None]:
    """Per column the chosen name or None, from what each name is worth to it (> 0). No name is given twice and the
    sum is the greatest possible; of equal sums, earlier columns get more. Columns that share no name with another
    are settled apart, so the cost grows with the conflicts.
    """
    chosen: list[str | None] = [None] * len(worths)
    for columns in _connected(worths):
        for column, name in zip(columns, _settle([worths[column] for column in columns]), strict=True):
            chosen[column] = name
    return chosen


def _connected(worths: Worths) -> Iterator[list[int]]:
    """The columns in groups that compete for the same names; columns that want none are left out."""
    wanted: dict[str, list[int]] = {}
    for column, names in enumerate(worths):
        for name in names:
            wanted.setdefault(name, []).append(column)
    seen: set[int] = set()
    for start, names in enumerate(worths):
        if start not in seen and names:
            group = _reached(start, worths, wanted)
            seen |= group
            yield sorted(group)


def _reached(start: int, worths: Worths, wanted: Mapping[str, Sequence[int]]) -> set[int]:
    group, reach = set[int](), [start]
    while reach:
        column = reach.pop()
        if column not in group:
            group.add(column)
            reach.extend(other for name in worths[column] for other in wanted[name])
    return group


def _settle(worths: Worths) -> list[str | None]:
    """Column by column, along the chain of exchanges that gains most (successive best augmenting paths)."""
    holder: dict[str, int] = {}
    for column in range(len(worths)):
        chain = _best_chain(worths, holder, column)
        for taker, name in chain:
            holder[name] = taker
    held = {column: name for name, column in holder.items()}
    return [held.get(column) for column in range(len(worths))]


def _best_chain(worths: Worths, holder: Mapping[str, int], column: int) -> Iterable[tuple[int, str]]:
    """Who takes which name so that `column` gets one: the chain that gains most, ending at a free name or at a
    column that goes without; () where none gains. Found by relaxing gains as Bellman and Ford do.
    """
    gains: dict[int, float] = {column: 0.0}
    came: dict[int, tuple[int, str]] = {}
    for _ in range(len(worths)):
        if not _relaxed(worths, holder, gains, came):
            break
    best, end = max(_ends(worths, holder, gains), key=lambda one: one[0], default=(0.0, (column, "")))
    if best <= 1e-9:
        return ()
    return _walk(end, came, column)


def _relaxed(
    worths: Worths, holder: Mapping[str, int], gains: dict[int, float], came: dict[int, tuple[int, str]]
) -> bool:
    """Takes every name from its holder where that leaves more than was known; whether anything changed."""
    changed = False
    for taker in list(gains):
        for name, worth in worths[taker].items():
            loser = holder.get(name)
            if loser is None or loser == taker:
                continue
            gain = gains[taker] + worth - worths[loser][name]
            if gain > gains.get(loser, -1e18) + 1e-9:
                gains[loser], came[loser] = gain, (taker, name)
                changed = True
    return changed


def _ends(
    worths: Worths, holder: Mapping[str, int], gains: Mapping[int, float]
) -> Iterator[tuple[float, tuple[int, str]]]:
    """Where a chain can end: a free name for one of its columns, or a column that goes without."""
    for column, gain in gains.items():
        yield gain, (column, "")
        for name, worth in worths[column].items():
            if name not in holder:
                yield gain + worth, (column, name)


def _walk(end: tuple[int, str], came: Mapping[int, tuple[int, str]], start: int) -> list[tuple[int, str]]:
    """The chain from its end back to the column that it was for."""
    column, name = end
    chain = [(column, name)] if name else []
    while column != start:
        taker, taken = came[column]
        chain.append((taker, taken))
        column = taker
    return chain

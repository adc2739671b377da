"""Which rows of a report belong to which group, and which total closes it: groups may lie within sections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from engine.sheets.group_names import GroupName, TotalLabel, keys_of_name

MOST_LEVELS = 4
_HALF = 0.5  # of the names: where so many have a total of their own, the totals say what lies within what


@dataclass
class Group:
    """Hold a group of rows.

    Attributes:
        name: the row with its name.
        level: how many groups it lies within.
        parent: the group that it lies in directly.
        end: the position behind its last row.
        total: the position of the row that sums it up, -1 for none.
        rows: how many rows of data lie in it and in the groups within it.
        own: how many of them lie in it directly.
        rank: the level that its name stands for, -1 where only totals say it.
    """

    name: GroupName
    level: int
    parent: Group | None
    end: int = -1
    total: int = -1
    rows: int = 0
    own: int = 0
    rank: int = -1

    def path(self) -> list[Group]:
        """Return the groups that it lies in, outermost first, itself last."""
        above = self.parent.path() if self.parent else []
        return [*above, self]


@dataclass(frozen=True)
class Stretch:
    """Hold rows of data that follow each other: from position `start` to before `stop`, in `group` (None: in none)."""

    start: int
    stop: int
    group: Group | None


@dataclass(frozen=True)
class Nesting:
    """Hold all groups of a sheet in the order of their names, its rows of data, and the group each total closes."""

    groups: list[Group]
    stretches: list[Stretch]
    closed: Mapping[int, Group]

    @property
    def levels(self) -> int:
        """Return how many groups lie within each other at most."""
        return max((stretch.group.level + 1 for stretch in self.stretches if stretch.group), default=0)


@dataclass(frozen=True)
class ReportParts:
    """Hold what the rows of a report are.

    Attributes:
        data: Stretches of rows of data by their start, with the row behind each.
        names: The rows with the names of groups.
        totals: Rows of totals by position; None for those without words.
        of_groups: The rows of totals without a name whose amounts are the sums of the rows since the last name.
        rows: How many rows there are.
    """

    data: Mapping[int, int]
    names: Sequence[GroupName]
    totals: Mapping[int, TotalLabel | None]
    of_groups: frozenset[int]
    rows: int


def nest(parts: ReportParts) -> Nesting:
    """Return how the groups of a sheet lie within each other."""
    own_totals = _own_totals(parts.names, parts.totals)
    levels = _Levels(parts.names, len(own_totals) >= _HALF * len(parts.names), _runs(parts))
    return _Nester(parts, own_totals, levels).nested()


def _own_totals(names: Sequence[GroupName], totals: Mapping[int, TotalLabel | None]) -> dict[int, int]:
    """Return by the row of a name the row of the total that calls it: the nearest open name above counts."""
    by_row = {name.row: name for name in names}
    open_names: list[GroupName] = []
    found: dict[int, int] = {}
    for row in sorted([*by_row, *totals]):
        if row in by_row:
            open_names.append(by_row[row])
            continue
        label = totals[row]
        if label is None:
            continue
        for name in reversed(open_names):
            if label.keys & keys_of_name(name.text):
                found[name.row] = row
                del open_names[open_names.index(name) :]
                break
    return found


def _runs(parts: ReportParts) -> dict[int, tuple[int, int]]:
    """Return by row of a name its number among names that follow each other directly, and how many they are."""
    kinds = dict.fromkeys(parts.data, "data") | dict.fromkeys(parts.totals, "total")
    kinds |= {name.row: "name" for name in parts.names}
    runs: dict[int, tuple[int, int]] = {}
    for kind, run in groupby(sorted(kinds), key=kinds.__getitem__):
        rows = list(run)
        if kind == "name":
            runs.update({row: (number, len(rows)) for number, row in enumerate(rows)})
    return runs


class _Levels:
    """Say on which level a name is: by its column and indent, by its total, or by names that follow each other."""

    def __init__(self, names: Sequence[GroupName], by_totals: bool, runs: Mapping[int, tuple[int, int]]) -> None:
        self.runs = runs
        self.keys = sorted({(name.position, name.indent) for name in names})
        self.by_keys = 1 < len(self.keys) <= MOST_LEVELS
        self.by_totals = by_totals and not self.by_keys
        self.deepest = max((count for _, count in runs.values()), default=1)

    def of(self, name: GroupName) -> int:
        """Return the level of a name, -1 where only the totals say it."""
        if self.by_keys:
            return self.keys.index((name.position, name.indent))
        if self.by_totals:
            return -1
        number, count = self.runs[name.row]
        return self.deepest - count + number


class _Nester:
    """Go through a sheet from top to bottom and keep the groups that are open."""

    def __init__(self, parts: ReportParts, own_totals: Mapping[int, int], levels: _Levels) -> None:
        self.parts, self.own_totals, self.levels = parts, own_totals, levels
        self.open: list[Group] = []
        self.groups: list[Group] = []
        self.closed: dict[int, Group] = {}

    def nested(self) -> Nesting:
        """Return the groups."""
        names = {name.row: name for name in self.parts.names}
        stretches = []
        for row in sorted([*names, *self.parts.totals, *self.parts.data]):
            if row in names:
                self._begin(names[row])
            elif row in self.parts.totals:
                self._total(row)
            else:
                stretches.append(self._data(row, self.parts.data[row]))
        self._close_to(0, self.parts.rows)
        return Nesting(self.groups, stretches, self.closed)

    def _begin(self, name: GroupName) -> None:
        level = self.levels.of(name)
        if level >= 0:
            self._close_to(sum(group.rank < level for group in self.open), name.row)
        else:
            # A group with rows but without a total of its own ends where the next begins.
            while self.open and self.open[-1].rows and self.open[-1].name.row not in self.own_totals:
                self._close_to(len(self.open) - 1, name.row)
        parent = self.open[-1] if self.open else None
        group = Group(name, len(self.open), parent, rank=level)
        self.groups.append(group)
        self.open.append(group)

    def _total(self, row: int) -> None:
        """Close the group that a total sums up; one of no group closes those that no total will close."""
        for depth, group in enumerate(self.open):
            if self.own_totals.get(group.name.row) == row:
                self._close(row, group, depth)
                return
        if self.open and row in self.parts.of_groups and self.open[-1].name.row not in self.own_totals:
            self._close(row, self.open[-1], len(self.open) - 1)
        elif not any(group.name.row in self.own_totals for group in self.open):
            self._close_to(0, row)

    def _close(self, row: int, group: Group, depth: int) -> None:
        group.total = row
        self.closed[row] = group
        self._close_to(depth, row)

    def _close_to(self, depth: int, row: int) -> None:
        for group in self.open[depth:]:
            group.end = row
        del self.open[depth:]

    def _data(self, start: int, stop: int) -> Stretch:
        for group in self.open:
            group.rows += stop - start
        if self.open:
            self.open[-1].own += stop - start
        return Stretch(start, stop, self.open[-1] if self.open else None)

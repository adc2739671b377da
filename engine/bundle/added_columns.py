"""Columns that the export adds to a sheet because an external ID needs them.

- `<parent> #`: the row's number (1, 2, 3) among the rows with one parent, for lines without a key of their own.
- `Migration Key`: the columns that the user names, joined, where no column is unique.

A sheet that already has such a column (rows that were held back, corrected and uploaded again) keeps its own, so
that a record does not change its name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from engine.recipe import KEY_TITLE, NUMBER_SUFFIX, TargetRecipe

KEY_JOINT = " | "
# What a key is made of where a pattern asks for one and the recipe names no columns.
DEFAULT_KEY_FIELDS = ("name", "email")


@dataclass(frozen=True)
class MadeKey:
    """Make a column of the non-empty cells of `columns`."""

    title: str
    columns: tuple[str, ...]

    def fresh(self) -> MadeKey:
        """Return the key itself, since it counts nothing."""
        return self

    def cells(self, frame: pl.DataFrame) -> pl.Series:
        """Return the column for a batch that has `columns`."""
        # Empty cells become nulls, which the joining leaves out: `Ann | ann@x.org`, but never `Ann | `.
        filled = [pl.when(pl.col(title) != "").then(pl.col(title)) for title in self.columns]
        joined = pl.concat_str(filled, separator=KEY_JOINT, ignore_nulls=True)
        return frame.select(joined.alias(self.title)).to_series()


@dataclass
class LineNumber:
    """Make a column with the row's number among the rows of one parent; "" where the parent is empty.

    It counts across the batches of one pass, so that every pass needs a fresh one.

    Attributes:
        title: Title of the column.
        parent: Title of the column that names the parent.
        seen: How many rows each parent has in the batches so far.
    """

    title: str
    parent: str
    seen: dict[str, int] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns that it is made of."""
        return (self.parent,)

    def fresh(self) -> LineNumber:
        """Return a copy that starts counting at 0."""
        return LineNumber(self.title, self.parent)

    def cells(self, frame: pl.DataFrame) -> pl.Series:
        """Return the column for the next batch."""
        parent = pl.col(self.parent)
        # Two sums over whole columns: the number within this batch, and how many rows came before it.
        within = pl.int_range(1, pl.len() + 1).over(parent)
        number = within + parent.replace_strict(self._before(frame))
        shown = pl.when(parent != "").then(number.cast(pl.String)).otherwise(pl.lit(""))
        return frame.select(shown.alias(self.title)).to_series()

    def _before(self, frame: pl.DataFrame) -> dict[str, int]:
        """Return how many rows each parent of the batch has in earlier batches; count the batch's own."""
        before = {}
        for key, count in frame.group_by(self.parent).len().iter_rows():
            before[key] = self.seen.get(key, 0)
            self.seen[key] = before[key] + count
        return before


@dataclass(frozen=True)
class SheetColumns:
    """Hold a sheet's columns as data/raw has them.

    Attributes:
        titles: All of them, in order.
        added: Those that the export adds.
        patterns: The ID pattern of every target, in their order, with the titles that are really there.
    """

    titles: tuple[str, ...]
    added: tuple[LineNumber | MadeKey, ...]
    patterns: tuple[str, ...]


def with_added(titles: Sequence[str], targets: Sequence[TargetRecipe], namespace: str) -> SheetColumns:
    """Return `titles` with what the ID patterns of `targets` need."""
    final, patterns = list(titles), []
    added: list[LineNumber | MadeKey] = []
    for target in targets:
        pattern = target.id or default_pattern(target, namespace)
        made = _made_key(target, pattern, titles, added)
        if made is not None:
            pattern = pattern.replace(f"{{{KEY_TITLE}}}", f"{{{made.title}}}")
            if made not in added:
                added.append(made)
                final.append(made.title)
        for number in _numbers(pattern, final):
            added.append(number)
            # Right after its parent, where people who read the file look for it.
            final.insert(final.index(number.parent) + 1, number.title)
        patterns.append(pattern)
    return SheetColumns(tuple(final), tuple(added), tuple(patterns))


def default_pattern(target: TargetRecipe, namespace: str) -> str:
    """Return the pattern of a target whose key columns were named but no pattern; "" where there is no key either."""
    if not target.key:
        return ""
    return f"{namespace}.{target.model.replace('.', '_')}.{{{KEY_TITLE}}}"


def _numbers(pattern: str, titles: Sequence[str]) -> list[LineNumber]:
    """Return the line numbers that a pattern asks for and the sheet can have but lacks."""
    found: dict[str, LineNumber] = {}
    # Parsed by hand: a malformed pattern is reported when the target is planned.
    for piece in pattern.split("{")[1:]:
        title = piece.split("}")[0]
        parent = title.removesuffix(NUMBER_SUFFIX)
        if parent != title and parent in titles and title not in titles:
            found[title] = LineNumber(title, parent)
    return list(found.values())


def _made_key(
    target: TargetRecipe, pattern: str, titles: Sequence[str], added: Sequence[LineNumber | MadeKey]
) -> MadeKey | None:
    """Return the key that a target's pattern needs, one already made where that has the same columns."""
    if f"{{{KEY_TITLE}}}" not in pattern or KEY_TITLE in titles:
        return None
    by_default = [target.fields[name].source for name in DEFAULT_KEY_FIELDS if name in target.fields]
    columns = target.key or tuple(by_default)
    made = [one for one in added if isinstance(one, MadeKey)]
    for one in made:
        if one.columns == columns:
            return one
    if not columns or not set(columns) <= set(titles):
        return None
    title = KEY_TITLE
    if made:  # several targets of a sheet may have keys of different columns
        title = f"{KEY_TITLE} ({len(made) + 1})"
    return MadeKey(title, columns)

"""SheetColumns that the bridge adds to a sheet because an external ID needs them.

- `<parent> #`: the row's place (1, 2, 3) among the rows with one parent, for lines without a key of their own.
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
DEFAULT_KEY_FIELDS = ("name", "email")


@dataclass(frozen=True)
class MadeKey:
    """A column made of the non-empty cells of `columns`."""

    title: str
    columns: tuple[str, ...]

    def cells(self, frame: pl.DataFrame) -> pl.Series:
        filled = [pl.when(pl.col(title) != "").then(pl.col(title)) for title in self.columns]
        joined = pl.concat_str(filled, separator=KEY_JOINT, ignore_nulls=True)
        return frame.select(joined.alias(self.title)).to_series()


@dataclass
class LineNumber:
    """A column with the row's place among the rows of one `parent`; "" where that is empty. Counts across the
    batches of one pass, so every pass needs a fresh one.
    """

    title: str
    parent: str
    seen: dict[str, int] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.parent,)

    def fresh(self) -> LineNumber:
        return LineNumber(self.title, self.parent)

    def cells(self, frame: pl.DataFrame) -> pl.Series:
        parent = pl.col(self.parent)
        place = pl.int_range(1, pl.len() + 1).over(parent) + parent.replace_strict(self._before(frame))
        number = pl.when(parent != "").then(place.cast(pl.String)).otherwise(pl.lit(""))
        return frame.select(number.alias(self.title)).to_series()

    def _before(self, frame: pl.DataFrame) -> dict[str, int]:
        """How many rows each parent of the batch has in earlier batches; counts the batch's own."""
        counts = dict(frame.group_by(self.parent).len().iter_rows())
        before = {key: self.seen.get(key, 0) for key in counts}
        self.seen.update({key: before[key] + count for key, count in counts.items()})
        return before


@dataclass(frozen=True)
class SheetColumns:
    """A sheet's columns as data/raw holds them: `titles` in order, those `added`, and the ID pattern of every
    target (in their order) with the titles that are really there.
    """

    titles: tuple[str, ...]
    added: tuple[LineNumber | MadeKey, ...]
    patterns: tuple[str, ...]


def with_added(titles: Sequence[str], targets: Sequence[TargetRecipe], namespace: str) -> SheetColumns:
    """`titles` with what the ID patterns of `targets` need."""
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
            final.insert(final.index(number.parent) + 1, number.title)
        patterns.append(pattern)
    return SheetColumns(tuple(final), tuple(added), tuple(patterns))


def default_pattern(target: TargetRecipe, namespace: str) -> str:
    """The pattern of a target whose key columns were named but no pattern; "" where there is no key either."""
    return f"{namespace}.{target.model.replace('.', '_')}.{{{KEY_TITLE}}}" if target.key else ""


def _numbers(pattern: str, titles: Sequence[str]) -> list[LineNumber]:
    wanted = [piece.split("}")[0] for piece in pattern.split("{")[1:]]
    parents = [title.removesuffix(NUMBER_SUFFIX) for title in wanted if title.endswith(NUMBER_SUFFIX)]
    return [
        LineNumber(parent + NUMBER_SUFFIX, parent)
        for parent in dict.fromkeys(parents)
        if parent in titles and parent + NUMBER_SUFFIX not in titles
    ]


def _made_key(
    target: TargetRecipe, pattern: str, titles: Sequence[str], added: Sequence[LineNumber | MadeKey]
) -> MadeKey | None:
    if f"{{{KEY_TITLE}}}" not in pattern or KEY_TITLE in titles:
        return None
    by_default = [name for name in DEFAULT_KEY_FIELDS if name in target.fields]
    columns = target.key or tuple(target.fields[name].source for name in by_default)
    made = [one for one in added if isinstance(one, MadeKey)]
    same = next((one for one in made if one.columns == columns), None)
    if same is not None or not columns or not set(columns) <= set(titles):
        return same
    return MadeKey(f"{KEY_TITLE} ({len(made) + 1})" if made else KEY_TITLE, columns)

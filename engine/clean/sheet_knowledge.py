"""Learn from all rows of a sheet what cleaning needs, and store it for later runs.

It is plain JSON, each piece under a key made of all that decides it: a piece that no longer fits the recipe is
simply not found. The cache belongs to one working file.

A learning step sees the distinct values of its column as they are before it. All steps whose columns can be
computed so far learn in one pass over the rows, so that a sheet takes as many passes as such steps depend on
each other, not as it has columns.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.clean.cleaning_plan import LearningStep, SheetPlan
from engine.clean.computed_columns import ColumnEvaluator, RemainingRows, Tick, cleaned_columns, remaining_rows
from engine.clean.row_runner import RowCodes, read_row_codes
from engine.sheets.working_file import WorkingFile
from engine.steps.step import ColumnStep, Context

MOST_FACTS = 500  # kept of former recipes too, so that switching a step off and on costs nothing
UNMERGED = 65_536  # distinct values gathered before they are merged


@dataclass
class SheetKnowledge:
    """Hold what the learning steps and row steps found in a whole sheet.

    Attributes:
        rows: Which rows are dropped and why.
        facts: What the learning steps learnt.
    """

    rows: RowCodes
    facts: dict[LearningStep, Any] = field(default_factory=dict)


class SheetLearner:
    """Find out what a plan needs, from a former run where that has it, else from the rows."""

    def __init__(self, working: WorkingFile, plan: SheetPlan, context: Context, learnt: dict[str, Any]) -> None:
        """Take what a former run learnt; what is found out now is added to it."""
        self.working, self.plan, self.context, self.learnt = working, plan, context, learnt
        self.knowledge = SheetKnowledge(RowCodes(np.zeros(0, np.uint8)))
        self._rows_known = False

    def passes(self, titles: Sequence[str]) -> int:
        """Return how many times the rows are read at most."""
        behind = [*titles, *self._compared()]
        return bool(self.plan.drops or self.plan.fills) + len(rounds(self.plan, behind)) + bool(self.plan.kept)

    def learn(self, titles: Sequence[str], tick: Tick) -> SheetKnowledge:
        """Return what cleaning `titles` needs; `tick` gets the number of rows of each batch read."""
        first = not self._rows_known
        if first:
            self.knowledge.rows = self._row_codes(tick)
        for group in rounds(self.plan, [*titles, *self._compared()]):
            unknown = [step for step in group if step not in self.knowledge.facts]
            self._round(unknown, self.knowledge, tick)
        if first and self.plan.kept:
            self._keep(self.knowledge, tick)
        self._rows_known = True
        return self.knowledge

    def _row_codes(self, tick: Tick) -> RowCodes:
        key = self._key("row codes")
        if key not in self.learnt:
            rows = read_row_codes(self.working, self.plan, tick)
            self.learnt[key] = {"codes": rows.packed(), "above": rows.above}
        return RowCodes.unpacked(self.learnt[key]["codes"], self.learnt[key]["above"])

    def _round(self, steps: Sequence[LearningStep], known: SheetKnowledge, tick: Tick) -> None:
        """Let steps learn in one pass."""
        keys = {}
        for step in steps:
            keys[step] = self._key("fact", *self._decided_by(step))
        unknown = [step for step in steps if keys[step] not in self.learnt]
        for (title, number), distinct in self._distinct(unknown, known, tick).items():
            fact = self.plan.columns[title].steps[number].learn(distinct, self.context)
            # Through JSON, so that a step sees the same now as when the fact comes from the cache.
            self.learnt[keys[title, number]] = json.loads(json.dumps(fact))
        for step, key in keys.items():
            known.facts[step] = self.learnt[key]

    def _distinct(
        self, steps: Sequence[LearningStep], known: SheetKnowledge, tick: Tick
    ) -> dict[LearningStep, DistinctValues]:
        found: dict[LearningStep, DistinctValues] = {}
        titles = []
        for title, number in steps:
            titles.append(title)
            found[title, number] = DistinctValues(self.plan.columns[title].steps[number])
        if not found:  # then the rows need not be read
            return found
        evaluator = ColumnEvaluator(self.plan, self.context, known.facts)
        for rows in self._remaining(known, titles, tick):
            for (title, number), values in found.items():
                _, result = evaluator.before_step(title, number, rows.raw)
                values.add(result.values)
        return found

    def _compared(self) -> list[str]:
        """Return the titles that the steps on cleaned rows look at, in the sheet's order."""
        read: set[str] = set()
        for step in self.plan.kept:
            read.update(step.reads(self.plan.titles))
        return [title for title in self.plan.titles if title in read]

    def _keep(self, known: SheetKnowledge, tick: Tick) -> None:
        """Decide which rows the steps on cleaned rows drop, and note it in the codes."""
        key = self._key("kept", list(map(_plain, self.plan.kept)), self._chains(self._compared()))
        if key not in self.learnt:
            self._drop(known, tick)
            self.learnt[key] = known.rows.packed()
        known.rows = RowCodes.unpacked(self.learnt[key], known.rows.above)

    def _drop(self, known: SheetKnowledge, tick: Tick) -> None:
        titles = self._compared()
        evaluator = ColumnEvaluator(self.plan, self.context, known.facts)
        facts: list[list[Any]] = [[] for _ in self.plan.kept]
        for rows in self._remaining(known, titles, tick):
            results = evaluator.columns(rows.raw, titles)
            batch = pa.RecordBatch.from_arrays(cleaned_columns(titles, results, rows.raw), titles)
            for step, noted in zip(self.plan.kept, facts, strict=True):
                noted.append(step.facts(batch))
        # Each step sees only the rows that those before it leave.
        places = np.flatnonzero(known.rows.dropped_by(0, self.working.num_rows) == 0)
        alive = np.ones(len(places), np.bool_)
        for number, (step, noted) in enumerate(zip(self.plan.kept, facts, strict=True), len(self.plan.drops) + 1):
            if noted:
                dropped = step.dropped(np.concatenate(noted), alive)
                known.rows.codes[places[dropped]] += number
                alive &= ~dropped

    def _remaining(self, known: SheetKnowledge, titles: Sequence[str], tick: Tick) -> Iterator[RemainingRows]:
        return remaining_rows(self.working, self.plan, known.rows, titles, drops=len(self.plan.drops), tick=tick)

    # --- keys of the cache

    def _decided_by(self, step: LearningStep) -> list[Any]:
        """Return the recipe parts that a learning step's result depends on: its cache key."""
        title, number = step
        own = list(map(asdict, self.plan.columns[title].specs[: number + 1]))
        return [title, own, self._chains(self.plan.columns[title].reads(number))]

    def _chains(self, titles: Sequence[str]) -> list[Any]:
        """Return the steps of `titles` and of all that they are computed from."""
        chains = []
        for title in sorted(set(self.plan.needed(titles)) & self.plan.columns.keys()):
            chains.append([title, list(map(asdict, self.plan.columns[title].specs))])
        return chains

    def _key(self, kind: str, *more: Any) -> str:
        about = [self.context.country, self.context.timezone, self.context.excel_1904, self.working.num_rows]
        raw = list(map(_plain, (*self.plan.drops, *self.plan.fills)))
        text = json.dumps([about, self.plan.source, raw, more], sort_keys=True, default=list)
        return f"{kind} {sha256(text.encode()).hexdigest()[:32]}"


def _plain(step: Any) -> list[Any]:
    return [step.slug, step.given]


def rounds(plan: SheetPlan, titles: Sequence[str]) -> list[list[LearningStep]]:
    """Return the learning steps behind `titles`, in passes: those of a pass need only what the passes before taught."""
    passes: dict[str, int] = {}  # after how many a column can be computed
    found: dict[int, list[LearningStep]] = {}
    needed = set(plan.needed(titles))
    for title, column in plan.columns.items():  # each after those that it reads
        if title not in needed:
            continue
        here = passes.get(column.origin, 0)
        for number, step in enumerate(column.steps):
            if step.learns:
                here += 1
                found.setdefault(here, []).append((title, number))
            for other in step.reads():
                here = max(here, passes.get(other, 0))
        passes[title] = here
    return [found[number] for number in sorted(found)]


class DistinctValues:
    """Gather the distinct non-empty texts of a column that a step has to see, in order of appearance."""

    def __init__(self, step: ColumnStep) -> None:
        """Take the step, which may say that some texts are alike; it then sees the first of them."""
        self._step = step
        self._merged = pa.array([], pa.string())
        self._waiting: list[pa.Array] = []
        self._count = 0
        self._seen = pa.array([], pa.string())

    def add(self, values: pa.Array) -> None:
        """Take note of a batch."""
        alike = self._step.alike(values)
        # Most steps hand back the very values: no two texts are alike to them.
        distinct = pc.unique(values) if alike is values else self._unlike(values, alike)
        self._waiting.append(distinct)
        self._count += len(distinct)
        # Merging costs as much as what is merged already, so it waits until that has doubled.
        if self._count > max(UNMERGED, len(self._merged)):
            self._merge()

    def _unlike(self, values: pa.Array, alike: pa.Array) -> pa.Array:
        """Return the first value of each kind not seen before."""
        encoded = alike.dictionary_encode()
        _, first = np.unique(encoded.indices.to_numpy(), return_index=True)
        new = pc.invert(pc.is_in(encoded.dictionary, self._seen))
        self._seen = pa.concat_arrays([self._seen, encoded.dictionary.filter(new)])
        return values.take(pa.array(first).filter(new))

    def _merge(self) -> None:
        self._merged = pc.unique(pa.concat_arrays([self._merged, *self._waiting]))
        self._waiting, self._count = [], 0

    def __iter__(self) -> Iterator[str]:
        """Yield the texts; only some thousands of them are Python strings at a time."""
        self._merge()
        for start in range(0, len(self._merged), UNMERGED):
            yield from filter(None, self._merged.slice(start, UNMERGED).to_pylist())

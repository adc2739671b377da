"""All that must be known of a whole sheet before its first row can be cleaned, and how it is kept for later.

It is plain JSON, each piece under a key made of all that decides it: a piece that no longer fits the recipe is
simply not found. The cache belongs to one working file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from itertools import groupby
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.clean.cleaning_plan import LearningStep, SheetPlan
from engine.clean.column_evaluation import ColumnEvaluator, Tick, parts
from engine.clean.row_codes import RowCodes, read_row_codes
from engine.sheets.working_file import WorkingFile
from engine.steps.step import ColumnStep, Context

MOST_FACTS = 500  # kept of former recipes too, so that switching a step off and on costs nothing


@dataclass
class SheetKnowledge:
    """`rows`: which rows are dropped and why; `facts`: what the learning steps learnt."""

    rows: RowCodes
    facts: dict[LearningStep, Any] = field(default_factory=dict)


class SheetLearner:
    """Finds out what a plan needs, from `learnt` where that has it, else from the rows; then `learnt` has it."""

    def __init__(self, working: WorkingFile, plan: SheetPlan, context: Context, learnt: dict[str, Any]) -> None:
        self.working, self.plan, self.context, self.learnt = working, plan, context, learnt
        self.knowledge = SheetKnowledge(RowCodes(np.zeros(0, np.uint8)))
        self._surveyed = False

    def passes(self, titles: Sequence[str]) -> int:
        """How many times the rows are read at most."""
        behind = [*titles, *self._compared()]
        return bool(self.plan.drops or self.plan.fills) + len(rounds(self.plan, behind)) + bool(self.plan.kept)

    def learn(self, titles: Sequence[str], tick: Tick) -> SheetKnowledge:
        """What cleaning `titles` needs; `tick` gets the number of rows of each batch read."""
        first = not self._surveyed
        if first:
            self.knowledge.rows = self._survey(tick)
        for group in rounds(self.plan, [*titles, *self._compared()]):
            self._round([step for step in group if step not in self.knowledge.facts], self.knowledge, tick)
        if first and self.plan.kept:
            self._keep(self.knowledge, tick)
        self._surveyed = True
        return self.knowledge

    def _survey(self, tick: Tick) -> RowCodes:
        key = self._key("rows")
        if key not in self.learnt:
            rows = read_row_codes(self.working, self.plan, tick)
            self.learnt[key] = {"codes": rows.packed(), "above": rows.above}
        return RowCodes.unpacked(self.learnt[key]["codes"], self.learnt[key]["above"])

    def _round(self, steps: Sequence[LearningStep], known: SheetKnowledge, tick: Tick) -> None:
        """Let steps learn in one pass."""
        keys = {step: self._key("fact", *self._behind(step)) for step in steps}
        unknown = [step for step in steps if keys[step] not in self.learnt]
        for (title, place), distinct in self._distinct(unknown, known, tick).items():
            fact = self.plan.columns[title].steps[place].learn(distinct, self.context)
            self.learnt[keys[title, place]] = json.loads(json.dumps(fact))
        known.facts.update({step: self.learnt[key] for step, key in keys.items()})

    def _distinct(
        self, steps: Sequence[LearningStep], known: SheetKnowledge, tick: Tick
    ) -> dict[LearningStep, DistinctValues]:
        found = {(title, place): DistinctValues(self.plan.columns[title].steps[place]) for title, place in steps}
        evaluator = ColumnEvaluator(self.plan, self.context, known.facts)
        for part in self._parts(known, [title for title, _ in steps], tick) if steps else ():
            for title, place in steps:
                _, result = evaluator.before_step(title, place, part.raw)
                found[title, place].add(result.values)
        return found

    def _compared(self) -> list[str]:
        """The titles that the steps on cleaned rows look at, in the sheet's order."""
        read = {title for step in self.plan.kept for title in step.reads(self.plan.titles)}
        return [title for title in self.plan.titles if title in read]

    def _keep(self, known: SheetKnowledge, tick: Tick) -> None:
        """Decide which rows the steps on cleaned rows drop, and note it in the codes."""
        key = self._key("kept", [_plain(step) for step in self.plan.kept], self._chains(self._compared()))
        if key not in self.learnt:
            self._drop(known, tick)
            self.learnt[key] = known.rows.packed()
        known.rows = RowCodes.unpacked(self.learnt[key], known.rows.above)

    def _drop(self, known: SheetKnowledge, tick: Tick) -> None:
        titles = self._compared()
        evaluator = ColumnEvaluator(self.plan, self.context, known.facts)
        facts: list[list[Any]] = [[] for _ in self.plan.kept]
        for part in self._parts(known, titles, tick):
            results = evaluator.columns(part.raw, titles)
            columns = [results[title].values if title in results else part.raw[title] for title in titles]
            batch = pa.RecordBatch.from_arrays(columns, titles)
            for step, noted in zip(self.plan.kept, facts, strict=True):
                noted.append(step.facts(batch))
        places = np.flatnonzero(known.rows.dropped_by(0, self.working.num_rows) == 0)
        alive = np.ones(len(places), np.bool_)
        for number, (step, noted) in enumerate(zip(self.plan.kept, facts, strict=True), len(self.plan.drops) + 1):
            if noted:
                dropped = step.dropped(np.concatenate(noted), alive)
                known.rows.codes[places[dropped]] += number
                alive &= ~dropped

    def _parts(self, known: SheetKnowledge, titles: Sequence[str], tick: Tick) -> Any:
        return parts(self.working, self.plan, known.rows, titles, drops=len(self.plan.drops), tick=tick)

    def _behind(self, step: LearningStep) -> list[Any]:
        """What decides the values that a learning step sees, and what it makes of them."""
        title, place = step
        own = [asdict(spec) for spec in self.plan.columns[title].specs[: place + 1]]
        return [title, own, self._chains(self.plan.columns[title].reads(place))]

    def _chains(self, titles: Sequence[str]) -> list[Any]:
        """The steps of `titles` and of all that they are computed from."""
        computed = sorted(set(self.plan.needed(titles)) & self.plan.columns.keys())
        return [[title, [asdict(spec) for spec in self.plan.columns[title].specs]] for title in computed]

    def _key(self, kind: str, *more: Any) -> str:
        about = [self.context.country, self.context.timezone, self.context.excel_1904, self.working.num_rows]
        raw = [_plain(step) for step in (*self.plan.drops, *self.plan.fills)]
        text = json.dumps([about, self.plan.source, raw, more], sort_keys=True, default=list)
        return f"{kind} {sha256(text.encode()).hexdigest()[:32]}"


def _plain(step: Any) -> list[Any]:
    return [step.slug, step.given]


UNMERGED = 65_536  # distinct values gathered before they are merged


def rounds(plan: SheetPlan, titles: Sequence[str]) -> list[list[LearningStep]]:
    """The learning steps behind `titles`, in passes: those of a pass need only what the passes before taught."""
    passes: dict[str, int] = {}  # after how many a column can be computed
    found: list[tuple[int, LearningStep]] = []
    needed = set(plan.needed(titles))
    for title in (title for title in plan.columns if title in needed):  # each after those that it reads
        column = plan.columns[title]
        here = passes.get(column.origin, 0)
        for place, step in enumerate(column.steps):
            if step.learns:
                here += 1
                found.append((here, (title, place)))
            here = max([here, *(passes.get(other, 0) for other in step.reads())])
        passes[title] = here
    found.sort(key=lambda one: one[0])
    return [[step for _, step in group] for _, group in groupby(found, key=lambda one: one[0])]


class DistinctValues:
    """The distinct non-empty texts of a column that `step` has to see, in order of appearance, batch by batch."""

    def __init__(self, step: ColumnStep) -> None:
        self._step = step
        self._merged = pa.array([], pa.string())
        self._waiting: list[pa.Array] = []
        self._count = 0
        self._seen = pa.array([], pa.string())

    def add(self, values: pa.Array) -> None:
        """Take note of a batch."""
        alike = self._step.alike(values)
        distinct = pc.unique(values) if alike is values else self._unlike(values, alike)
        self._waiting.append(distinct)
        self._count += len(distinct)
        if self._count > max(UNMERGED, len(self._merged)):
            self._merge()

    def _unlike(self, values: pa.Array, alike: pa.Array) -> pa.Array:
        """The first value of each kind not seen before."""
        encoded = alike.dictionary_encode()
        _, first = np.unique(encoded.indices.to_numpy(), return_index=True)
        new = pc.invert(pc.is_in(encoded.dictionary, self._seen))
        self._seen = pa.concat_arrays([self._seen, encoded.dictionary.filter(new)])
        return values.take(pa.array(first).filter(new))

    def _merge(self) -> None:
        self._merged = pc.unique(pa.concat_arrays([self._merged, *self._waiting]))
        self._waiting, self._count = [], 0

    def __iter__(self) -> Iterator[str]:
        self._merge()
        for start in range(0, len(self._merged), UNMERGED):
            yield from (text for text in self._merged.slice(start, UNMERGED).to_pylist() if text)

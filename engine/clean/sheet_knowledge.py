"""All that must be known of a whole sheet before its first row can be cleaned, and how it is kept for later.

It is plain JSON, each piece under a key made of all that decides it: a piece that no longer fits the recipe is
simply not found. The cache belongs to one working file.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any

import numpy as np
import pyarrow as pa

from engine.clean.cleaning_plan import SheetPlan
from engine.clean.column_evaluation import Evaluator, Tick, parts
from engine.clean.raw_rows import RawRows, survey
from engine.clean.step_learning import DistinctValues, LearningStep, rounds
from engine.sheets.working_file import WorkingFile
from engine.steps.step import Context

MOST_FACTS = 500  # kept of former recipes too, so that switching a step off and on costs nothing


@dataclass
class Knowledge:
    """`rows`: which rows are dropped and why; `facts`: what the learning steps learnt."""

    rows: RawRows
    facts: dict[LearningStep, Any] = field(default_factory=dict)


class Learner:
    """Finds out what a plan needs, from `learnt` where that has it, else from the rows; then `learnt` has it."""

    def __init__(self, working: WorkingFile, plan: SheetPlan, context: Context, learnt: dict[str, Any]) -> None:
        self.working, self.plan, self.context, self.learnt = working, plan, context, learnt
        self.knowledge = Knowledge(RawRows(np.zeros(0, np.uint8)))
        self._surveyed = False

    def passes(self, titles: Sequence[str]) -> int:
        """How many times the rows are read at most."""
        behind = [*titles, *self._compared()]
        return bool(self.plan.drops or self.plan.fills) + len(rounds(self.plan, behind)) + bool(self.plan.kept)

    def learn(self, titles: Sequence[str], tick: Tick) -> Knowledge:
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

    def _survey(self, tick: Tick) -> RawRows:
        key = self._key("rows")
        if key not in self.learnt:
            rows = survey(self.working, self.plan, tick)
            self.learnt[key] = {"codes": rows.packed(), "above": rows.above}
        return RawRows.unpacked(self.learnt[key]["codes"], self.learnt[key]["above"])

    def _round(self, steps: Sequence[LearningStep], known: Knowledge, tick: Tick) -> None:
        """Let steps learn in one pass."""
        keys = {step: self._key("fact", *self._behind(step)) for step in steps}
        unknown = [step for step in steps if keys[step] not in self.learnt]
        for (title, place), distinct in self._distinct(unknown, known, tick).items():
            fact = self.plan.columns[title].steps[place].learn(distinct, self.context)
            self.learnt[keys[title, place]] = json.loads(json.dumps(fact))
        known.facts.update({step: self.learnt[key] for step, key in keys.items()})

    def _distinct(
        self, steps: Sequence[LearningStep], known: Knowledge, tick: Tick
    ) -> dict[LearningStep, DistinctValues]:
        found = {(title, place): DistinctValues(self.plan.columns[title].steps[place]) for title, place in steps}
        evaluator = Evaluator(self.plan, self.context, known.facts)
        for part in self._parts(known, [title for title, _ in steps], tick) if steps else ():
            for title, place in steps:
                _, result = evaluator.before_step(title, place, part.raw)
                found[title, place].add(result.values)
        return found

    def _compared(self) -> list[str]:
        """The titles that the steps on cleaned rows look at, in the sheet's order."""
        read = {title for step in self.plan.kept for title in step.reads(self.plan.titles)}
        return [title for title in self.plan.titles if title in read]

    def _keep(self, known: Knowledge, tick: Tick) -> None:
        """Decide which rows the steps on cleaned rows drop, and note it in the codes."""
        key = self._key("kept", [_plain(step) for step in self.plan.kept], self._chains(self._compared()))
        if key not in self.learnt:
            self._drop(known, tick)
            self.learnt[key] = known.rows.packed()
        known.rows = RawRows.unpacked(self.learnt[key], known.rows.above)

    def _drop(self, known: Knowledge, tick: Tick) -> None:
        titles = self._compared()
        evaluator = Evaluator(self.plan, self.context, known.facts)
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

    def _parts(self, known: Knowledge, titles: Sequence[str], tick: Tick) -> Any:
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

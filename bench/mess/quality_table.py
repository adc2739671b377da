"""Print figures as the table of the documentation, and faults by kind with examples."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from bench.mess.faults import Figures, QualityFault


def _share(measure: str) -> Callable[[Figures], float]:
    def share(figures: Figures) -> float:
        return 100 * figures.right[measure] / max(1, figures.of[measure])

    return share


def _faults(measure: str, per: str = "", times: int = 1) -> Callable[[Figures], float]:
    def count(figures: Figures) -> float:
        found = sum(fault.measure == measure for fault in figures.faults)
        return times * found / max(1, figures.of[per]) if per else found

    return count


def _rows_out(figures: Figures) -> float:
    return 100 * figures.right["rows out"] / max(1, figures.of["rows that could go"])


def _said(name: str, per: str) -> Callable[[Figures], float]:
    return lambda figures: 1_000_000 * figures.of[name] / max(1, figures.of[per])


# Measure, unit, how it is computed, the goal, and whether more is better.
MEASURES: tuple[tuple[str, str, Callable[[Figures], float], str, bool], ...] = (
    ("files read", "%", _share("files read"), "100", True),
    ("tables found exactly", "%", _share("tables"), "≥ 99", True),
    ("titles found", "%", _share("titles"), "≥ 99", True),
    ("records lost in silence", "", _faults("records lost in silence"), "0", False),
    ("records made up in silence", "", _faults("records made up in silence"), "0", False),
    ("cells wrong in silence", "per million", _faults("wrong in silence", "cells", 1_000_000), "≤ 20", False),
    ("cells wrong, but said", "per million", _said("cells wrong, but said", "cells"), "", False),
    ("false alarms", "per sheet", _faults("false alarms", "sheets"), "≤ 0.05", False),
    ("kinds right", "%", _share("kinds"), "", True),
    ("models right", "%", _share("models"), "≥ 95", True),
    ("fields right", "%", _share("fields"), "≥ 95", True),
    ("keys right", "%", _share("keys"), "", True),
    ("rows out of those that could go", "%", _rows_out, "", True),
    ("sheets that came out", "%", _share("exports"), "", True),
    ("crashes", "", _faults("crashes"), "0", False),
)


def reached(figures: Figures) -> dict[str, float]:
    """Return every measure as a number."""
    return {name: round(compute(figures), 3) for name, _, compute, _, _ in MEASURES}


def table_lines(figures: Figures) -> list[str]:
    """Return the table in Markdown."""
    lines = ["| measure | reached | goal |", "|---|---|---|"]
    for name, unit, compute, goal, _ in MEASURES:
        space = "" if unit == "%" else " "
        lines.append(f"| {name} | {compute(figures):,.2f}{space}{unit} | {goal} |".replace(".00 ", " "))
    lines.append("")
    lines.append(
        f"{figures.of['workbooks']} datasets, {figures.of['sheets']} sheets, {figures.of['rows that could go']:,} "
        f"records, {figures.of['cells']:,} cells compared."
    )
    return lines


def fault_lines(figures: Figures, only: str, examples: int) -> list[str]:
    """Return the faults by measure and kind, the most frequent first, with some examples of each."""
    by_measure: dict[str, dict[str, list[QualityFault]]] = defaultdict(lambda: defaultdict(list))
    for fault in figures.faults:
        if only in ("", fault.measure):
            by_measure[fault.measure][fault.kind].append(fault)
    lines = []
    for measure, kinds in sorted(by_measure.items()):
        lines += ["", f"## {measure}: {sum(map(len, kinds.values()))}"]
        for kind, faults in sorted(kinds.items(), key=lambda pair: -len(pair[1])):
            seeds = len({fault.seed for fault in faults})
            lines.append(f"- {kind}: {len(faults)} in {seeds} datasets")
            lines += [f"    {fault.line()}"[:420] for fault in faults[:examples]]
    return lines

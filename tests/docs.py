"""The parts of the documentation that are made from the code: `python -m tests.docs` writes them anew."""

from __future__ import annotations

import re
from pathlib import Path

from engine.steps import COLUMN_STEPS, GROUPS, ROW_STEPS
from engine.steps.step import ColumnStep, WholeRowStep

CLEANING = Path(__file__).resolve().parent.parent / "docs" / "users" / "cleaning.md"
BLOCK = re.compile(r"(<!-- steps:[^\n]*-->\n).*?(<!-- end of steps -->)", re.DOTALL)
HEADINGS = {
    "text": "Text", "empty": "Empty cells", "number": "Numbers", "date": "Dates", "contact": "Contacts",
    "address": "Addresses", "value": "Values", "rows": "Rows",
}  # fmt: skip


def steps() -> str:
    """A table of all steps for each group."""
    known: list[type[ColumnStep] | type[WholeRowStep]] = [*COLUMN_STEPS.values(), *ROW_STEPS.values()]
    tables = ((group, [step for step in known if step.group == group]) for group in GROUPS)
    return "".join(f"\n## {HEADINGS[group]}\n\n{_table(found)}" for group, found in tables if found) + "\n"


def _table(found: list[type[ColumnStep] | type[WholeRowStep]]) -> str:
    rows = "".join(f"| {_cells(step)} |\n" for step in found)
    return f"| step | short name | safe | what it does | parameters |\n|---|---|---|---|---|\n{rows}"


def _cells(step: type[ColumnStep] | type[WholeRowStep]) -> str:
    parameters = ", ".join(f"`{param.name}`: {param.label.lower()}" for param in step.params)
    cells = (step.label, f"`{step.slug}`", "safe" if step.safe else "", step.help, parameters)
    return " | ".join(cell.replace("|", r"\|").replace("<", "&lt;") for cell in cells)


def cleaning() -> str:
    """docs/users/cleaning.md as it should be."""
    return BLOCK.sub(lambda block: block[1] + steps() + block[2], CLEANING.read_text(encoding="utf-8"))


if __name__ == "__main__":
    CLEANING.write_text(cleaning(), encoding="utf-8")

"""The parts of the documentation that are made from the code: `python -m tests.docs` writes them anew."""

from __future__ import annotations

import re
from pathlib import Path

from engine.detectors import COLUMN_DETECTORS, SHEET_DETECTORS, group_of
from engine.detectors import GROUPS as FINDING_GROUPS
from engine.readers import READERS
from engine.steps import COLUMN_STEPS, GROUPS, ROW_STEPS
from engine.steps.step import ColumnStep, WholeRowStep

USERS = Path(__file__).resolve().parent.parent / "docs" / "users"
CLEANING, FINDINGS, UPLOAD = USERS / "cleaning.md", USERS / "findings.md", USERS / "upload.md"


def steps() -> str:
    """A table of all steps for each group."""
    known: list[type[ColumnStep] | type[WholeRowStep]] = [*COLUMN_STEPS.values(), *ROW_STEPS.values()]
    tables = ((heading, [step for step in known if step.group == group]) for group, heading in GROUPS.items())
    return "".join(f"\n## {heading}\n\n{_table(found)}" for heading, found in tables if found) + "\n"


def _table(found: list[type[ColumnStep] | type[WholeRowStep]]) -> str:
    rows = "".join(f"| {_cells(step)} |\n" for step in found)
    return f"| step | short name | safe | what it does | parameters |\n|---|---|---|---|---|\n{rows}"


def _cells(step: type[ColumnStep] | type[WholeRowStep]) -> str:
    parameters = ", ".join(f"`{param.name}`: {param.label.lower()}" for param in step.params)
    cells = (step.label, f"`{step.slug}`", "safe" if step.safe else "", step.help, parameters)
    return " | ".join(cell.replace("|", r"\|").replace("<", "&lt;") for cell in cells)


def findings() -> str:
    """A list, under headings, of what the detectors find, in the words of their docstrings."""
    found: dict[str, list[str]] = {heading: [] for heading in FINDING_GROUPS.values()}
    for detector in (*SHEET_DETECTORS, *COLUMN_DETECTORS):
        group = group_of(detector)
        summary = str(detector.__doc__).partition("\n")[0].removeprefix("Find ").removesuffix(".")
        found.setdefault(FINDING_GROUPS.get(group, group.capitalize()), []).append(f"  - {summary}\n")
    lists = [f"- *{heading}*:\n" + "".join(lines) for heading, lines in found.items()]
    return "\n" + "\n".join(lists) + "\n"


def readers() -> str:
    """A table of all kinds of files that can be read."""
    rows = "".join(f"| {reader.description} | {', '.join(reader.endings)} |\n" for reader in READERS)
    return f"\n| kind of file | endings of its name |\n|---|---|\n{rows}\n"


def cleaning() -> str:
    """docs/users/cleaning.md as it should be."""
    return _with_block(CLEANING, "steps", steps())


def findings_page() -> str:
    """docs/users/findings.md as it should be."""
    return _with_block(FINDINGS, "findings", findings())


def upload() -> str:
    """docs/users/upload.md as it should be."""
    return _with_block(UPLOAD, "readers", readers())


def _with_block(page: Path, name: str, content: str) -> str:
    block = re.compile(rf"(<!-- {name}:[^\n]*-->\n).*?(<!-- end of {name} -->)", re.DOTALL)
    return block.sub(lambda found: found[1] + content + found[2], page.read_text(encoding="utf-8"))


if __name__ == "__main__":
    CLEANING.write_text(cleaning(), encoding="utf-8")
    FINDINGS.write_text(findings_page(), encoding="utf-8")
    UPLOAD.write_text(upload(), encoding="utf-8")

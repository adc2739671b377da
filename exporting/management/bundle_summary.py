"""What came of an export, in words for the shell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from engine.bundle.export_problems import rows_word


class Writer(Protocol):
    """Take lines, as the standard output of a command does."""

    def write(self, msg: str) -> Any:
        """Write one line."""


def tell_bundle(out: Writer, result: Mapping[str, Any]) -> None:
    """Write what came of an export; `result` is what the commands print with --json."""
    out.write(f"Written: {result['output']}  (SHA-256 {result['sha256']})")
    for sheet in result["sheets"]:
        out.write(
            f"  {sheet['sheet']}: {rows_word(sheet['rows_in'])} in = {sheet['rows_out']:,} out + {sheet['rejected']:,} "
            f"held back + {sheet['dropped']:,} removed by a step; {sheet['cells_changed']:,} cells cleaned, "
            f"{sheet['cells_could_not']:,} could not be"
        )
    held_back = sum(sheet["rejected"] for sheet in result["sheets"])
    if held_back:
        were = "was" if held_back == 1 else "were"
        out.write(f"{rows_word(held_back)} {were} held back; see data/rejected for the reasons.")
    left_out = [problem for problem in result["problems"] if problem["severity"] == "left_out"]
    if left_out:
        out.write("Not ready, and left out:")
    for problem in left_out:
        out.write(f"  - {_at_sheet(problem)}{problem['message']}")
    for problem in result["problems"]:
        if problem["severity"] != "left_out":
            out.write(f"  ! {problem['message']}")


def _at_sheet(problem: Mapping[str, Any]) -> str:
    """Return the sheet that a problem is of, in front of its sentence, unless that names it."""
    sheet = problem["sheet"]
    if not sheet or f"'{sheet}'" in problem["message"]:
        return ""
    return f"{sheet}: "

"""Where commands speak. On stdout stands the result: sentences and tables for a person, or with --json one JSON
document and nothing else. Progress, warnings and refusals go to stderr.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from functools import cached_property
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any

from odoo_migrate.cli import exit_statuses
from odoo_migrate.cli import progress_bars as progress
from odoo_migrate.cli.grouped_sentences import told_once

if TYPE_CHECKING:
    from rich.console import Console

    from odoo_migrate.project.problems import Problem, Problems

SHOWN = 200  # errors; the rest is in the file
FEW = 20  # examples below a table
WIDE = 250  # columns where no terminal says how many there are


def plain(text: str) -> str:
    """`text` from somebody else's data without what a terminal would obey."""
    return "".join(char if unicodedata.category(char)[0] != "C" or char == "\n" else "�" for char in text)


class Output:
    """What a command says. `document` is what --json prints; every command fills it, whether it is printed or not."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self.document: dict[str, Any] = {}
        self.go_on = ""  # a sentence for whoever stops the command from here on, or loses the server

    @cached_property
    def _console(self) -> Console:
        return _console(stderr=False)

    @cached_property
    def _aside(self) -> Console:
        return _console(stderr=True)

    def say(self, text: str, style: str | None = None) -> None:
        """A sentence of the result."""
        if not self.as_json:
            exit_statuses.quietly(lambda: self._console.print(plain(text), style=style))

    def warn(self, text: str) -> None:
        self._aside.print(plain(text), style="yellow")

    def refuse(self, sentence: str) -> None:
        """The one line of a command that could not do its work."""
        self.document = {**self.document, "error": sentence}
        self._aside.print(f"odoo-migrate: {plain(sentence)}", style="red")

    def stopped(self) -> None:
        """Somebody pressed Ctrl-C."""
        self.refuse(f"Stopped. {self.go_on or 'Nothing half-written was left.'}")

    def table(self, titles: Sequence[str], rows: Iterable[Sequence[str | int]]) -> None:
        """Text to the left, numbers to the right."""
        if self.as_json:
            return
        from rich import box
        from rich.table import Table
        from rich.text import Text

        lines = [list(row) for row in rows]
        table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
        for place, title in enumerate(titles):
            numbers = all(isinstance(row[place], int) for row in lines)
            table.add_column(Text(title), justify="right" if numbers else "left", overflow="fold")
        for row in lines:
            table.add_row(*(Text(f"{cell:,}" if isinstance(cell, int) else plain(cell)) for cell in row))
        exit_statuses.quietly(lambda: self._console.print(table))

    def problems(self, problems: Problems) -> None:
        """The first problems of each level, and where all of them are; both in the document too."""
        self.document["problems"] = [problem.as_json() for problem in problems]
        self.document["errors"], self.document["warnings"] = problems.errors, problems.warnings
        if len(problems) and problems.path is not None:
            self.document["problems_file"] = str(problems.path)
        self._show_errors(problems)
        self._show_warnings(problems)

    def _show_errors(self, problems: Problems) -> None:
        """One by one: each has a cell to be mended."""
        for problem in [problem for problem in problems if problem.level == "error"][:SHOWN]:
            self.say(f"error: {problem.text()}", "red")
        if problems.errors > SHOWN:
            self.say(f"... and {problems.errors - SHOWN:,} more errors; all are in {problems.path}", "red")

    def _show_warnings(self, problems: Problems) -> None:
        """Those that say the same of many rows once."""
        warnings = [problem for problem in problems if problem.level == "warning"]
        found = told_once(warnings, lambda one: (one.file, one.column), _without_value)
        for one in found[:FEW]:
            more = f" (and {many(one.count - 1, 'more row')} like this)" if one.count > 1 else ""
            self.say(f"warning: {one.first.text()}{more}", "yellow")
        if len(found) > FEW or problems.warnings > len(warnings):
            self.say(f"... {problems.warnings:,} warnings in all; they are in {problems.path}", "yellow")

    def progress(self, unit: str) -> AbstractContextManager[progress.Bars]:
        """Bars on stderr; `unit` is what is counted."""
        return progress.bars(self._aside, unit, silent=self.as_json)

    def finish(self) -> None:
        """Print the document, where it is asked for."""
        if self.as_json:
            text = json.dumps(self.document, indent=2, ensure_ascii=False)
            exit_statuses.quietly(lambda: print(text, flush=True))  # noqa: T201 - this is the one place that prints it


def _without_value(problem: Problem) -> str:
    """The sentence without the value of its row, which it may repeat."""
    return problem.message.replace(problem.value, "") if problem.value else problem.message


def _console(*, stderr: bool) -> Console:
    """No markup and no guessing at what a text means: it is other people's data. Lines are not broken in a pipe."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")  # a terminal that lacks a letter ends no load
    width = None if stream.isatty() else WIDE
    return Console(file=stream, width=width, markup=False, emoji=False, highlight=False, soft_wrap=True)


def many(count: int, one: str, more: str = "") -> str:
    """1 row, 1,200 rows."""
    return f"{count:,} {one if count == 1 else more or one + 's'}"

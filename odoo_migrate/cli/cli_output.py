"""Write what commands have to say: results to stdout, everything else to stderr.

The result is sentences and tables for a person, or with --json one JSON document and nothing else. Progress, warnings
and refusals never mix with it.
"""

from __future__ import annotations

import functools
import json
import re
import sys
import unicodedata
from collections.abc import Callable, Hashable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from odoo_migrate.cli import exit_statuses
from odoo_migrate.cli import progress_bars as progress

if TYPE_CHECKING:
    from rich.console import Console

    from odoo_migrate.project.problems import Problem, Problems

T = TypeVar("T")

SHOWN = 200  # errors; the rest is in the file
FEW = 20  # examples below a table
WIDE = 250  # columns where no terminal says how many there are
_LONGEST = 200  # characters of somebody else's sentence
_NAMED = re.compile(r"'[^']*'")


def plain(text: str) -> str:
    """Return somebody else's text without the control characters that a terminal would obey."""
    return "".join(_printable(char) for char in text)


def _printable(char: str) -> str:
    if char == "\n" or unicodedata.category(char)[0] != "C":
        return char
    return "�"


def short(text: str) -> str:
    """Return a text on one line, cut where it is long."""
    line = " ".join(text.split())
    if len(line) <= _LONGEST:
        return line
    return f"{line[: _LONGEST - 1]}…"


def many(count: int, one: str, more: str = "") -> str:
    """Return a number with its noun: 1 row, 1,200 rows."""
    if count == 1:
        return f"1 {one}"
    return f"{count:,} {more or f'{one}s'}"


@dataclass
class Alike(Generic[T]):
    """Hold things whose sentences differ at most in the names that they quote.

    `first` of them is kept as it came, with its `sentence`; `same` says whether all sentences are the same.
    """

    first: T
    sentence: str
    count: int = 1
    same: bool = True

    def shape(self) -> str:
        """Return the sentence, with … in place of the names in which they differ."""
        if self.same:
            return self.sentence
        return _NAMED.sub("'…'", self.sentence)


def grouped_by_shape(
    things: Iterable[T], place: Callable[[T], Hashable], sentence: Callable[[T], str]
) -> list[Alike[T]]:
    """Return things grouped by their place and by their sentence without the names it quotes.

    The groups come in the order of their first things.
    """
    found: dict[Hashable, Alike[T]] = {}
    for one in things:
        said = sentence(one)
        key = (place(one), _NAMED.sub("", said))
        if key in found:
            found[key].count += 1
            found[key].same &= found[key].sentence == said
        else:
            found[key] = Alike(one, said)
    return list(found.values())


class Output:
    """Print what a command says, for a person or as JSON.

    Attributes:
        document: What --json prints; every command fills it, whether it is printed or not.
        go_on: A sentence for whoever stops the command from now on, or loses the server.
    """

    def __init__(self, *, as_json: bool) -> None:
        """Print for a person, or one JSON document."""
        self.as_json = as_json
        self.document: dict[str, Any] = {}
        self.go_on = ""

    @cached_property
    def _console(self) -> Console:
        return _console(stderr=False)

    @cached_property
    def _aside(self) -> Console:
        return _console(stderr=True)

    def say(self, text: str, style: str | None = None) -> None:
        """Print a sentence of the result."""
        if not self.as_json:
            self._print(plain(text), style)

    def _print(self, shown: Any, style: str | None = None) -> None:
        """Print a sentence or a table of the result, whose reader may have gone."""
        exit_statuses.quietly(functools.partial(self._console.print, shown, style=style))

    def warn(self, text: str) -> None:
        """Print a sentence beside the result."""
        self._aside.print(plain(text), style="yellow")

    def refuse(self, sentence: str) -> None:
        """Print the one line of a command that could not do its work."""
        self.document = {**self.document, "error": sentence}
        self._aside.print(f"odoo-migrate: {plain(sentence)}", style="red")

    def stopped(self) -> None:
        """Say that somebody pressed Ctrl-C, and how to go on."""
        self.refuse(f"Stopped. {self.go_on or 'Nothing half-written was left.'}")

    def table(self, titles: Sequence[str], rows: Iterable[Sequence[str | int]]) -> None:
        """Print a table: text to the left, numbers to the right."""
        if self.as_json:
            return
        from rich import box
        from rich.table import Table
        from rich.text import Text

        lines = [list(row) for row in rows]
        table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
        for place, title in enumerate(titles):
            justify: Literal["left", "right"] = "left"
            if all(isinstance(row[place], int) for row in lines):
                justify = "right"
            # Folded, not cut: names of mappings are what people copy from here.
            table.add_column(Text(title), justify=justify, overflow="fold")
        for row in lines:
            table.add_row(*(Text(_cell(cell)) for cell in row))
        self._print(table)

    def problems(self, problems: Problems) -> None:
        """Print the first problems of each level and where all of them are; put both into the document."""
        self.document["problems"] = [problem.as_json() for problem in problems]
        self.document["errors"], self.document["warnings"] = problems.errors, problems.warnings
        if len(problems) and problems.path is not None:
            self.document["problems_file"] = str(problems.path)
        self._show_errors(problems)
        self._show_warnings(problems)

    def _show_errors(self, problems: Problems) -> None:
        """Print errors one by one: each has a cell to be mended."""
        for problem in _of_level(problems, "error")[:SHOWN]:
            self.say(f"error: {problem.text()}", "red")
        if problems.errors > SHOWN:
            self.say(f"... and {problems.errors - SHOWN:,} more errors; all are in {problems.path}", "red")

    def _show_warnings(self, problems: Problems) -> None:
        """Print warnings that say the same of many rows once."""
        warnings = _of_level(problems, "warning")
        found = grouped_by_shape(warnings, _column_of, _without_value)
        for one in found[:FEW]:
            more = ""
            if one.count > 1:
                more = f" (and {many(one.count - 1, 'more row')} like this)"
            self.say(f"warning: {one.first.text()}{more}", "yellow")
        if len(found) > FEW or problems.warnings > len(warnings):
            self.say(f"... {problems.warnings:,} warnings in all; they are in {problems.path}", "yellow")

    def progress(self, unit: str) -> AbstractContextManager[progress.Bars]:
        """Return bars on stderr; `unit` names what is counted."""
        return progress.bars(self._aside, unit, silent=self.as_json)

    def finish(self) -> None:
        """Print the document, where it is asked for."""
        if self.as_json:
            text = json.dumps(self.document, indent=2, ensure_ascii=False)
            # T201: this is the one place that prints it.
            exit_statuses.quietly(functools.partial(print, text, flush=True))


def _cell(cell: str | int) -> str:
    if isinstance(cell, int):
        return f"{cell:,}"
    return plain(cell)


def _of_level(problems: Problems, level: str) -> list[Problem]:
    return [problem for problem in problems if problem.level == level]


def _column_of(problem: Problem) -> tuple[str, str]:
    return problem.file, problem.column


def _without_value(problem: Problem) -> str:
    """Return the sentence without the value of its row, which it may repeat."""
    if not problem.value:  # replacing "" would put something between all letters
        return problem.message
    return problem.message.replace(problem.value, "")


def _console(*, stderr: bool) -> Console:
    """Return a console that prints other people's data as it is: no markup, no guessing at what a text means."""
    from rich.console import Console

    stream = sys.stdout
    if stderr:
        stream = sys.stderr
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")  # a terminal that lacks a letter ends no load
    # In a pipe, lines are not broken: another program may read them.
    width: int | None = WIDE
    if stream.isatty():
        width = None
    return Console(file=stream, width=width, markup=False, emoji=False, highlight=False, soft_wrap=True)

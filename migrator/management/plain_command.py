"""What all our commands share: `--json`, and bad input ending in one line on stderr with status 1."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error as DatabaseTrouble


class PlainCommand(BaseCommand):
    """Run one of our commands: subclasses define `arguments`, `work`, `tell` and perhaps `problems`.

    `work` returns what `--json` prints; `tell` says the same in words. Standard output carries nothing else. The
    log, which says on a server what went wrong, would say it twice here: it is shown with `-v 2`.

    A command's module is imported even for `--help`. What takes long to import (pandas, pyarrow, the word lists: all of
    `engine`) is therefore imported inside `problems` and `work`.
    """

    def run_from_argv(self, argv: list[str]) -> None:
        """Run the command of a shell, and end with one line on stderr where it fails."""
        try:
            super().run_from_argv(argv)
        except CommandError as problem:  # of the parser; what `handle` raises ends in `super`
            self.stderr.write(f"{problem}. See {' '.join(argv[:2])} --help")
            sys.exit(1)
        except KeyboardInterrupt:
            self.stderr.write("Stopped.")
            sys.exit(130)  # as shells say of a process that was interrupted
        except Exception as fault:
            if "--traceback" in argv:
                raise
            kind = type(fault).__name__
            self.stderr.write(f"This is a fault of ours ({kind}: {one_line(fault)}); --traceback shows where it is.")
            sys.exit(1)

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Return a parser that raises what it complains about."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.called_from_command_line = False  # otherwise it would print and exit by itself
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the command's arguments, and --json."""
        self.arguments(parser)
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def arguments(self, parser: CommandParser) -> None:
        """Declare the command's own arguments."""

    def problems(self) -> tuple[type[Exception], ...]:
        """Return the exceptions whose text is a sentence for the user; any other is a fault of ours."""
        return ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Do the work, and print its result."""
        with complaints(self.problems()), quiet(options["verbosity"] < 2):
            result = self.work(**options)
        if options["json"]:
            self.stdout.write(json.dumps(result, ensure_ascii=False, indent=2))
        else:
            self.tell(result)

    def work(self, **options: Any) -> Any:
        """Do what the command is for and return its result, as `--json` prints it."""
        raise NotImplementedError

    def tell(self, result: Any) -> None:
        """Write the result in words for a person."""
        raise NotImplementedError


@contextmanager
def complaints(problems: tuple[type[Exception], ...]) -> Iterator[None]:
    """Turn `problems`, and what disks and databases refuse, into CommandErrors of one line."""
    try:
        yield
    except problems as problem:
        raise CommandError(one_line(problem)) from problem
    except OSError as problem:
        raise CommandError(f"{problem.strerror or problem}: {problem.filename or ''}".rstrip(": ")) from problem
    except DatabaseTrouble as problem:
        why = f"The database does not answer as it should ({one_line(problem)})"
        raise CommandError(f"{why}; if it is new, run manage.py migrate first.") from problem


@contextmanager
def quiet(wanted: bool) -> Iterator[None]:
    """Keep the log below errors to itself while the block runs."""
    former = logging.root.manager.disable
    if wanted:
        logging.disable(max(former, logging.WARNING))
    try:
        yield
    finally:
        logging.disable(former)


def read_text(path: Path) -> str:
    """Return the text of a UTF-8 file, or of standard input for `-`. Raises CommandError."""
    if str(path) != "-":
        require_file(path)
    raw = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CommandError(f"{path} is not a UTF-8 text file.") from None


def require_file(path: Path) -> None:
    """Raise CommandError where there is no such file."""
    if path.is_dir():
        raise CommandError(f"{path} is a directory; name a file.")
    if not path.is_file():
        raise CommandError(f"There is no file {path}.")


def one_line(problem: Exception) -> str:
    """Return the problem's sentence without line breaks."""
    messages = getattr(problem, "messages", None)
    text = "; ".join(messages) if messages else str(problem)
    return " ".join(text.split())

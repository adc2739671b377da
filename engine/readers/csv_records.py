"""Text split into records one by one, forgiving what a strict reader refuses."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from typing import TextIO

from engine.readers.dialect import Dialect
from engine.readers.reader import Unreadable

LONGEST_LINE = 8 * 2**20  # characters
LINES = 500  # a quoted value may span so many lines; beyond, its first quote is taken for a plain character
SIZE = 2**20


def records(text: TextIO, dialect: Dialect) -> Iterator[list[str]]:
    """The values of every record in order; [""] for an empty line. A quote that is never closed is a plain
    character. Raises Unreadable for a line that no table has."""
    special = dialect.quote + dialect.escape
    waiting: deque[str] = deque()
    while line := waiting.popleft() if waiting else _line(text):
        if not any(mark in line for mark in special):
            yield _plain(line, dialect)
        elif not dialect.quote or not _opens(line, dialect):
            yield dialect.split(line)
        else:
            yield _spanning(line, text, waiting, dialect)


def _line(text: TextIO) -> str:
    line = text.readline(LONGEST_LINE)
    if len(line) == LONGEST_LINE:
        raise Unreadable("One line of this text file is longer than any row of a table; it cannot be read.")
    return line


def _plain(line: str, dialect: Dialect) -> list[str]:
    bare = line.rstrip("\r\n")
    return bare.split(dialect.delimiter) if dialect.delimiter else [bare]


def _spanning(line: str, text: TextIO, waiting: deque[str], dialect: Dialect) -> list[str]:
    """A record whose quoted value goes on in the lines that follow."""
    lines, size = [line], len(line)
    while len(lines) < LINES and size < SIZE and (more := waiting.popleft() if waiting else _line(text)):
        lines.append(more)
        size += len(more)
        if not _stays_open(more, dialect):
            return dialect.split("".join(lines))
    waiting.extendleft(reversed(lines[1:]))
    return _plain(line, dialect)


def _opens(line: str, dialect: Dialect) -> bool:
    """The line ends inside a quoted value that began in it."""
    quote, separator = dialect.quote, re.escape(dialect.delimiter or "\x1f")
    inside = rf"[^{quote}\\]|\\.|{quote}{quote}" if dialect.escape else f"[^{quote}]|{quote}{quote}"
    value = rf"{quote}(?:{inside})*+{quote}[^{separator}]*+|[^{quote}{separator}][^{separator}]*+|"
    return bool(re.fullmatch(rf"(?:(?:{value}){separator})*+{quote}(?:{inside})*+", line, re.DOTALL))


def _stays_open(line: str, dialect: Dialect) -> bool:
    """A line that begins inside a quoted value ends inside one, too."""
    quote = dialect.quote
    masked = re.sub(r"\\.", "..", line, flags=re.DOTALL) if dialect.escape else line.replace(quote * 2, "..")
    place = masked.find(quote)
    return place < 0 or _opens("." + line[place + 1 :], dialect)

"""The records of a text file: lines cut at their separators, with whatever a program or a person did to the quotes.

Most lines are what the rules for such files want, and are cut accordingly. Where a quotation mark is not doubled inside
a value, is never closed, or follows a space, several readings are tried; the one that gives as many values as the other
records have is taken, and noted.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TextIO

from engine.readers.raw_sheet import SheetNotes
from engine.readers.refusals import Unreadable

LONGEST_LINE = 8 * 2**20  # characters
LINES = 500  # a quoted value may span so many lines; beyond, its first quote is taken for one that is never closed
LOOSE_LINES = 50  # the same where quotes inside the value are not doubled
SIZE = 2**20  # characters of one record
_UNUSED = "\x1f"  # a delimiter for files of one column, which it does not occur in


@dataclass(frozen=True)
class Dialect:
    """Describe how a text file separates and quotes its values.

    `delimiter` is "" for a file of one column, `quote` "" where quotes mean nothing, `escape` "" or a backslash.
    `width` is how many values a record usually has, 0 where that is not known yet; `hint` how many bytes of UTF-8 the
    `sep=` line of Excel takes; `spaced` says that a space follows each separator, and belongs to it.
    """

    delimiter: str
    quote: str
    escape: str
    width: int
    hint: int = 0
    spaced: bool = False

    @cached_property
    def pieces(self) -> QuotedPieces:
        """Return what cuts records into the pieces between separators."""
        return QuotedPieces(self)

    def fits(self, values: list[str] | None) -> bool:
        """Return whether a record of these values is as long as the others."""
        return values is not None and self.width in (0, len(values))


class QuotedPieces:
    """Cut records at their separators, and take the quotes off the pieces."""

    # Quantifiers are possessive: a long line with many quotes must not be tried in every way.
    def __init__(self, dialect: Dialect) -> None:
        """Prepare the patterns of a dialect that has quotes or escapes."""
        self.delimiter, self.escape = dialect.delimiter or _UNUSED, dialect.escape
        self.quote, self.spaced = dialect.quote, dialect.spaced
        sign, quote = re.escape(self.delimiter), re.escape(dialect.quote) or "(?!)"
        space = rf"(?:(?!{sign})[ \t])*+"
        end = rf"{space}(?={sign}|[\r\n]*\Z)"
        inside = rf"[^{quote}\\]|\\.|{quote}{quote}" if dialect.escape else f"[^{quote}]|{quote}{quote}"
        any_letter = rf"[^{sign}\\]|\\." if dialect.escape else f"[^{sign}]"
        self._begins = re.compile(space + quote)
        self._closed = re.compile(rf"{space}{quote}(?:{inside})*+{quote}{end}", re.DOTALL)
        self._loose = re.compile(rf"{space}{quote}.*?{quote}{end}", re.DOTALL)
        self._plain = re.compile(rf"(?:{any_letter})*+", re.DOTALL)
        value = rf"{space}{quote}(?:{inside})*+{quote}{space}(?={sign})|(?!{space}{quote})(?:{any_letter})*+"
        self._ends_inside = re.compile(rf"(?:(?:{value}){sign})*+{space}{quote}(?:{inside})*+\Z", re.DOTALL)

    def strict(self, text: str) -> list[str] | None:
        """Return the pieces of a record by the rules; None where a quoted one does not end as the rules want."""
        return self._cut(text, None)

    def loose(self, text: str) -> list[str] | None:
        """Return the pieces where quotes inside quoted values are not doubled; None where one is never closed."""
        return self._cut(text, self._loose)

    def unclosed(self, text: str) -> tuple[list[str], bool]:
        """Return the pieces where a quote that is not closed is a plain character, and whether there is one."""
        pieces = self._cut(text, self._plain) or [text]
        return pieces, any(self._begins.match(piece) and piece.count(self.quote) % 2 for piece in pieces)

    def is_open(self, text: str) -> bool:
        """Return whether the text ends inside a quoted value that began in it."""
        return bool(self._ends_inside.match(text))

    def _cut(self, text: str, unruly: re.Pattern[str] | None) -> list[str] | None:
        """Return the pieces of a record; `unruly` fits a quoted piece that does not end as the rules want."""
        pieces, at = list[str](), 0
        while True:
            found = self._closed.match(text, at)
            if found is None and self._begins.match(text, at):
                found = unruly.match(text, at) if unruly else None
                if found is None:
                    return None
            found = found or self._plain.match(text, at)
            if found is None:
                return None
            pieces.append(found[0])
            at = found.end()
            if at >= len(text) or not text.startswith(self.delimiter, at):
                return pieces
            at += len(self.delimiter)

    def merged(self, pieces: list[str], width: int) -> list[str]:
        """Return the pieces with those put together again that a separator inside quotes has parted.

        That is a piece that ends with a quote without beginning with one, behind a quoted piece: "5", long". Only as
        many are put together as there are too many.
        """
        found = list[str]()
        for left, piece in enumerate(pieces):
            too_many = len(found) + len(pieces) - left > width
            ends = piece.rstrip().endswith(self.quote) and piece.count(self.quote) % 2 == 1
            if too_many and ends and found and found[-1].lstrip().startswith(self.quote):
                found[-1] += self.delimiter + piece
            else:
                found.append(piece)
        return found

    def values(self, pieces: list[str]) -> list[str]:
        """Return the values of a record's pieces."""
        pieces[-1] = pieces[-1].rstrip("\r\n")
        return list(map(self._value, pieces))

    def _value(self, piece: str) -> str:
        bare = piece.strip(" \t")
        is_quoted = len(bare) > 1 and self.quote and bare[0] == bare[-1] == self.quote
        if is_quoted:
            piece = bare[1:-1]
            if not self.escape:
                piece = piece.replace(self.quote * 2, self.quote)
        elif self.spaced:
            piece = piece.lstrip(" ")
        return re.sub(r"\\(.)", r"\1", piece, flags=re.DOTALL) if self.escape else piece


def split_record(record: str, dialect: Dialect) -> list[str]:
    """Return the values of one record on its own, given with its line breaks."""
    if not _has_marks(record, dialect):
        return _plain(record, dialect)
    pieces = dialect.pieces.strict(record)
    if pieces is None:
        pieces = dialect.pieces.loose(record) or dialect.pieces.unclosed(record)[0]
    return dialect.pieces.values(pieces)


def records(text: TextIO, dialect: Dialect, notes: SheetNotes) -> Iterator[list[str]]:
    """Yield the values of every record in order; [""] for an empty line.

    What had to be guessed is noted. Raises Unreadable for a line that no table has.
    """
    lines, number = _Lines(text), 0
    while line := lines.take():
        number += 1
        if not _has_marks(line, dialect):
            yield _plain(line, dialect)
        else:
            yield _QuotedRecord(line, lines, dialect, number, notes).values()


def _has_marks(line: str, dialect: Dialect) -> bool:
    """Return whether the line cannot simply be cut at its separators."""
    return (dialect.quote != "" and dialect.quote in line) or (dialect.escape != "" and dialect.escape in line)


def _plain(line: str, dialect: Dialect) -> list[str]:
    bare = line.rstrip("\r\n")
    if not dialect.delimiter:
        return [bare]
    values = bare.split(dialect.delimiter)
    return [value.lstrip(" ") for value in values] if dialect.spaced else values


class _Lines:
    """Lines of a text, some of which may be put back."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._waiting: deque[str] = deque()

    def take(self) -> str:
        """Return the next line with its line break, "" at the end."""
        if self._waiting:
            return self._waiting.popleft()
        line = self._text.readline(LONGEST_LINE)
        if len(line) == LONGEST_LINE:
            raise Unreadable("One line of this text file is longer than any row of a table; it cannot be read.")
        return line

    def put_back(self, lines: list[str]) -> None:
        self._waiting.extendleft(reversed(lines))


class _QuotedRecord:
    """Find the record that begins with a line in which there are quotes."""

    def __init__(self, line: str, lines: _Lines, dialect: Dialect, number: int, notes: SheetNotes) -> None:
        self.line, self.lines, self.dialect = line, lines, dialect
        self.number, self.notes, self.pieces = number, notes, dialect.pieces

    def values(self) -> list[str]:
        """Return its values, and take the further lines that it spans."""
        found = self.pieces.strict(self.line)
        if found:
            return self.pieces.values(self._merged(found))
        spanning = self._spanning() if self.pieces.is_open(self.line) else None
        return spanning or self._guessed()

    def _merged(self, pieces: list[str]) -> list[str]:
        """Return the pieces, put together again where that gives as many as other records have."""
        if self.dialect.fits(pieces) or len(pieces) < self.dialect.width:
            return pieces
        merged = self.pieces.merged(list(pieces), self.dialect.width)
        if not self.dialect.fits(merged):
            return pieces
        self.notes["loose_quotes"].add(self.number, self.line.strip())
        return merged

    def _spanning(self) -> list[str] | None:
        """Return the values of a record that goes on in the lines that follow, by the rules; None where it does not."""
        taken = self._lines_of_open_value()
        pieces = self.pieces.strict("".join([self.line, *taken])) if taken else None
        if pieces is None:
            self.lines.put_back(taken)
            return None
        self._note_swallowed(taken)
        return self.pieces.values(pieces)

    def _lines_of_open_value(self) -> list[str]:
        """Take the lines up to the one in which the open value ends, by the rules."""
        taken, size = list[str](), len(self.line)
        while len(taken) < LINES and size < SIZE and (more := self.lines.take()):
            taken.append(more)
            size += len(more)
            if not self._stays_open(more):
                return taken
        self.lines.put_back(taken)
        return []

    def _stays_open(self, line: str) -> bool:
        """Return whether a line that begins inside a quoted value ends inside one, too."""
        return self.dialect.quote not in line or self.pieces.is_open(self.dialect.quote + line)

    def _note_swallowed(self, taken: list[str]) -> None:
        """Note a value that holds lines which look like records of their own."""
        if self.dialect.width > 2 and all(map(self._could_be_record, [self.line, *taken])):
            self.notes["rows_ran_together"].add(self.number, self.line.strip())

    def _could_be_record(self, line: str) -> bool:
        return self.dialect.fits(self.pieces.unclosed(line)[0])

    def _is_record(self, line: str) -> bool:
        return self.dialect.fits(split_record(line, self.dialect))

    def _guessed(self) -> list[str]:
        """Return the likeliest values of a record whose quotes are not what the rules want."""
        loose = self.pieces.loose(self.line)
        if loose:
            loose = self._merged(loose)
            if self.dialect.fits(loose) and self._next_is_record():
                self.notes["loose_quotes"].add(self.number, self.line.strip())
                return self.pieces.values(loose)
        pieces, is_unclosed = self.pieces.unclosed(self.line)
        is_likely = self.dialect.fits(pieces) and self._next_is_record()
        found = None if is_likely else self._loose_spanning()
        if found:
            return found
        if loose and (self.dialect.fits(loose) or not self.dialect.fits(pieces)):
            pieces, is_unclosed = loose, False
        if is_unclosed:
            self.notes["unclosed_quotes"].add(self.number, self.line.strip())
        else:
            self.notes["loose_quotes"].add(self.number, self.line.strip())
        return self.pieces.values(pieces)

    def _next_is_record(self) -> bool:
        line = self.lines.take()
        self.lines.put_back([line] if line else [])
        return not line or self._is_record(line)

    def _loose_spanning(self) -> list[str] | None:
        """Return the values of a record of several lines whose inner quotes are not doubled; None for none."""
        if not self.dialect.width:
            return None
        taken, size = list[str](), len(self.line)
        while len(taken) < LOOSE_LINES and size < SIZE and (more := self.lines.take()):
            taken.append(more)
            size += len(more)
            if self.dialect.quote not in more:  # the record cannot end here
                continue
            pieces = self.pieces.loose("".join([self.line, *taken]))
            merged = self._merged(pieces) if pieces else None
            if merged and self.dialect.fits(merged):
                self.notes["loose_quotes"].add(self.number, self.line.strip())
                return self.pieces.values(merged)
        self.lines.put_back(taken)
        return None

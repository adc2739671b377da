"""What a reader says of itself, and which of the readers a file is for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePath

from engine.readers.file_content import FileContent, refusal_of, refuse_empty
from engine.readers.raw_sheet import RawSheet
from engine.readers.reading_context import ReadingContext
from engine.readers.refusals import Unreadable, damaged

OLD_WORKBOOK = "xls"


@dataclass(frozen=True)
class FileReader:
    """Describe one kind of file: its names, how it is recognised, and what reads it.

    Attributes:
        endings: those of its file names, without a dot, the usual one first.
        description: what such a file is, as sentences say it: "an Excel workbook (.xlsx)".
        short_name: its word in the list of what can be uploaded: "Excel".
        recognises: tells by its content whether a file is of this kind; the name is held against the answer later.
        read: returns the sheets that hold anything, of the file at a path and with the name that the user knows.
            Raises Unreadable; any other exception is taken for a sign that the file is damaged.
        order: its position among the readers, the lowest number first. A reader that takes whatever is text or
            whatever is an archive has a number above 50, so that special kinds of either are asked before it.
    """

    endings: tuple[str, ...]
    description: str
    short_name: str
    recognises: Callable[[FileContent], bool]
    read: Callable[[Path, str, ReadingContext], list[RawSheet]]
    order: int = 50

    @property
    def is_markup_or_text(self) -> bool:
        """Return whether files of this kind are text, which any program can write under the name of a workbook."""
        return "csv" in self.endings or "html" in self.endings


def reader_of(file: FileContent, readers: Iterable[FileReader]) -> FileReader:
    """Return the first reader that recognises the file. Raises Unreadable for a file of another kind."""
    # An empty file would pass for a text.
    refuse_empty(file)
    for reader in readers:
        if reader.recognises(file):
            return reader
    raise refusal_of(file) or damaged(file.name, "no reader recognises it")


def promised_by_name(name: str, reader: FileReader, readers: Iterable[FileReader]) -> FileReader | None:
    """Return the reader that the ending of a file's name asks for instead, None where name and content agree.

    Many systems name text and web pages like old workbooks, so that Excel opens them; those are read as what they are.
    Raises Unreadable for any other name that promises another kind.
    """
    ending = PurePath(name).suffix.lower().lstrip(".")
    for other in readers:
        if ending in other.endings and other is not reader:
            if other.endings[0] == OLD_WORKBOOK and reader.is_markup_or_text:
                return other
            right = PurePath(name).with_suffix(f".{reader.endings[0]}")
            raise Unreadable(
                f"'{name}' is named like {other.description}, but it is {reader.description}. Rename it to "
                f"'{right.name}' and upload it again."
            )
    return None

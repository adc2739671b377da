"""Uploads become sheets of text. READERS lists the kinds of files that can be read.

A new kind is a module of its own in this folder, with a FileReader called READER in it; it is found by that name. The
upload field, the sentences about what can be uploaded and the list in docs/users/upload.md follow from there. How to
write one is in docs/developers/adding-a-reader.md.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from pkgutil import iter_modules

from engine.readers.file_content import FileContent
from engine.readers.file_reader import FileReader, promised_by_name, reader_of
from engine.readers.raw_sheet import Note, Range, RawSheet, Source
from engine.readers.reading_context import Limits, ProgressCallback, ReadingContext
from engine.readers.refusals import Interrupted, Unreadable, damaged, log
from engine.values.characters import ENCODING_NAMES

__all__ = [
    "ENCODING_NAMES", "READERS", "Limits", "Note", "Range", "RawSheet", "Source", "Unreadable", "accepted_endings",
    "accepted_kinds", "open_source",
]  # fmt: skip


def _found() -> Iterator[FileReader]:
    """Yield the reader of each module that holds one, by the modules' names."""
    for module in iter_modules(__path__):
        reader = getattr(import_module(f"{__name__}.{module.name}"), "READER", None)
        if reader is not None:
            yield reader


# Asked in this order, and shown in it too.
READERS: tuple[FileReader, ...] = tuple(sorted(_found(), key=attrgetter("order")))


def accepted_endings() -> list[str]:
    """Return the endings of file names that can be read, with their dots."""
    return [f".{ending}" for reader in READERS for ending in reader.endings]


def accepted_kinds() -> str:
    """Return the kinds of files that can be read as one phrase: "Excel, CSV, or a zip of them"."""
    *names, last = dict.fromkeys(reader.short_name for reader in READERS)
    return f"{', '.join(names)}, or {last}"


def open_source(
    path: Path,
    name: str,
    limits: Limits | None = None,
    progress: ProgressCallback | None = None,
    encoding: str = "",
) -> Source:
    """Read the file at `path`, which the user calls `name`, into sheets of text.

    `progress` gets bytes; what it raises comes through. `encoding` is one of ENCODING_NAMES that a person chose for
    text files, "" to find it out. Raises Unreadable, and nothing else, for any content.
    Nothing is left behind but what the Source removes when its context ends.
    """
    context = ReadingContext(limits or Limits(), Path(tempfile.mkdtemp(prefix="reading-")), _read_by_kind, progress)
    context.encoding = encoding
    try:
        with _one_sentence(name):
            sheets = _read(path, name, context)
    except BaseException:
        shutil.rmtree(context.folder, ignore_errors=True)
        raise
    log.info("%r was read: %s", name, [(sheet.name, sheet.num_rows, sheet.columns) for sheet in sheets])
    return Source(sheets, context.folder)


@contextmanager
def _one_sentence(name: str) -> Iterator[None]:
    """Turn any error of a reader into one sentence for the user; its details go to the log."""
    try:
        yield
    except Interrupted as stopped:
        raise stopped.reason from None
    except Unreadable as refusal:
        log.warning("%r was refused: %s (%s)", name, refusal, refusal.detail or "no details")
        raise
    except Exception as problem:
        log.warning("%r was refused: it is damaged", name, exc_info=problem)
        raise damaged(name, repr(problem)) from problem


def _read(path: Path, name: str, context: ReadingContext) -> list[RawSheet]:
    size = path.stat().st_size
    if size > context.limits.file_bytes:
        raise Unreadable(
            f"'{name}' is larger than {context.limits.file_bytes / 2**20:,.0f} MB, which is more than can be read. "
            "Remove what you do not need, or split it into several files.",
            f"{size} bytes",
        )
    return _read_by_kind(path, name, context)


def _read_by_kind(path: Path, name: str, context: ReadingContext) -> list[RawSheet]:
    reader = reader_of(FileContent(path, name, context.limits), READERS)
    promised = promised_by_name(name, reader, READERS)
    sheets = reader.read(path, name, context)
    if promised:
        sheets[0].notes.append(Note("named_otherwise", 1, [], [promised.description, reader.description]))
    return sheets

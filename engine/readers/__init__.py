"""Uploads become sheets of text: csv and its kin, xlsx, xlsm, xls, ods, and zip archives of those."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.readers.archive import SafeZip, tables
from engine.readers.delimited import read_delimited
from engine.readers.file_kinds import kind_of
from engine.readers.reader import (
    Empty,
    Interrupted,
    Limits,
    NotATable,
    Note,
    Notes,
    Progress,
    Range,
    RawSheet,
    Room,
    Source,
    Unreadable,
    damaged,
    log,
)
from engine.readers.xlsx import read_workbook

__all__ = ["Limits", "Note", "Range", "RawSheet", "Source", "Unreadable", "open_source"]


def open_source(path: Path, name: str, limits: Limits | None = None, progress: Progress | None = None) -> Source:
    """Read the file at `path`, which the user calls `name`, into sheets of text.

    `progress` gets bytes; what it raises comes through. Raises Unreadable, and nothing else, for any content.
    Nothing is left behind but what the Source removes when its context ends.
    """
    room = Room(limits or Limits(), Path(tempfile.mkdtemp(prefix="reading-")), progress)
    try:
        with _told(name):
            sheets = _read(path, name, room)
    except BaseException:
        shutil.rmtree(room.folder, ignore_errors=True)
        raise
    log.info("%r was read: %s", name, [(sheet.name, sheet.num_rows, sheet.columns) for sheet in sheets])
    return Source(sheets, room.folder)


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Whatever a file does to its reader becomes one sentence for the user; the rest goes to the log."""
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


def _read(path: Path, name: str, room: Room) -> list[RawSheet]:
    size = path.stat().st_size
    if size > room.limits.file_bytes:
        raise Unreadable(
            f"'{name}' is larger than {room.limits.file_bytes / 2**20:,.0f} MB, which is more than can be read. "
            "Remove what you do not need, or split it into several files.",
            f"{size} bytes",
        )
    kind = kind_of(path, name, room.limits)
    return _read_archive(path, name, room) if kind == "zip" else _read_file(path, name, kind, room)


def _read_file(path: Path, name: str, kind: str, room: Room) -> list[RawSheet]:
    return [read_delimited(path, name, room)] if kind == "text" else read_workbook(path, name, kind, room)


def _read_archive(path: Path, name: str, room: Room) -> list[RawSheet]:
    sheets: list[RawSheet] = []
    others, notes = list[NotATable](), Notes()
    with SafeZip(path, name, room.limits) as archive:
        for place, member in enumerate(tables(archive)):
            target = room.folder / f"member-{place}"
            archive.unpack(member, target)
            try:
                sheets += _read_member(target, member, room)
            except Empty:
                log.info("%r in %r is empty and left out", member, name)
            except NotATable as problem:
                others.append(problem)
                notes["other_members"].add(example=member)
            except Unreadable as problem:
                raise Unreadable(f"In the archive '{name}': {problem}", problem.detail) from problem
            target.unlink()
            room.check_sheets(name, len(sheets))
    if not sheets and others:
        raise Unreadable(f"In the archive '{name}': {others[0]}", others[0].detail)
    if not sheets:
        raise Empty(name)
    sheets[0].notes += notes.values()
    return sheets


def _read_member(path: Path, member: str, room: Room) -> list[RawSheet]:
    kind = kind_of(path, member, room.limits)
    if kind == "zip":
        raise Unreadable(f"'{member}' is an archive itself. Unpack it and upload its files.")
    return _read_file(path, member, kind, room)

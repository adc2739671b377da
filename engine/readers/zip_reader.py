"""The reader of zips: every member is read as if it had been uploaded itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from zipfile import ZipInfo

from engine.readers.file_content import FileContent, refusal_of
from engine.readers.file_reader import FileReader
from engine.readers.raw_sheet import RawSheet, SheetNotes
from engine.readers.reading_context import ReadingContext
from engine.readers.refusals import EmptyFile, NotATable, Unreadable, log
from engine.readers.safe_unzip import SafeZip

_LITTER = {"__macosx", "thumbs.db", "desktop.ini"}


def is_zip(file: FileContent) -> bool:
    """Return whether the file is a plain archive, and no workbook or document that is stored as one."""
    return file.is_archive and refusal_of(file) is None


def read_zip(path: Path, name: str, context: ReadingContext) -> list[RawSheet]:
    """Return the sheets of all members. Raises Unreadable.

    What never holds a table is left out and noted on the first sheet; what cannot be read otherwise refuses the whole.
    """
    if context.in_archive:
        # Archives within archives are how small files are made to unpack to huge ones.
        raise Unreadable(f"'{name}' is an archive itself. Unpack it and upload its files.")
    sheets: list[RawSheet] = []
    others, notes = list[NotATable](), SheetNotes()
    with SafeZip(path, name, context.limits) as archive:
        for number, (member, info) in enumerate(_own_members(archive)):
            target = context.folder / f"member-{number}"
            archive.unpack(info, target)
            try:
                sheets += context.read_file(target, member, context.for_members())
            except EmptyFile:
                log.info("%r in %r is empty and left out", member, name)
            except NotATable as problem:
                others.append(problem)
                notes["other_members"].add(example=member)
            except Unreadable as problem:
                raise _of_archive(name, problem) from problem
            # Its rows are in a spool by now; the disk holds one member at a time.
            target.unlink()
            context.check_sheets(name, len(sheets))
    if not sheets and others:
        raise _of_archive(name, others[0])
    if not sheets:
        raise EmptyFile(name)
    sheets[0].notes += notes.values()
    return sheets


def _of_archive(name: str, problem: Unreadable) -> Unreadable:
    return Unreadable(f"In the archive '{name}': {problem}", problem.detail)


def _own_members(archive: SafeZip) -> Iterator[tuple[str, ZipInfo]]:
    """Yield the members that a person put into the archive, without hidden files and what systems leave behind.

    Each has a name of its own: a second "a.csv" is called "a (2).csv".
    """
    used = set[str]()
    for info in archive.files():
        path = PurePosixPath(info.filename.replace("\\", "/"))
        if any(part.startswith(".") or part.casefold() in _LITTER for part in path.parts):
            continue
        name, number = info.filename, 1
        while name in used:
            number += 1
            name = str(path.with_stem(f"{path.stem} ({number})"))
        used.add(name)
        yield name, info


# Any archive is a zip, also that of a workbook: whatever knows more of an archive is asked before.
READER = FileReader(("zip",), "a ZIP archive", "a zip of them", is_zip, read_zip, order=91)

"""ZIP archives, and the workbooks that are such: unpacked with a watch on names, sizes and document types."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import IO
from xml.parsers import expat

from engine.readers.reading_context import Limits
from engine.readers.refusals import Unreadable, damaged, overloading

MEMBERS = 20_000
PART = 64 * 2**20  # bytes of a part that is read as a whole
HARMLESS = 2**20  # bytes up to which the ratio of unpacked to packed size does not matter
CHUNK = 2**20
_ENCRYPTED = 1  # the flag of a member
_OUTSIDE = re.compile(r"^(?:[\\/]|[A-Za-z]:)|(?:^|[\\/])\.\.(?:[\\/]|$)")


class GuardedMember:
    """Read a member of an archive as a stream; `done` bytes were unpacked so far."""

    def __init__(self, stream: IO[bytes], archive: SafeZip, member: zipfile.ZipInfo) -> None:
        """Watch over `stream`, the content of `member`."""
        self._stream, self._archive = stream, archive
        self._most = max(HARMLESS, member.compress_size * archive.limits.ratio)
        self.done = 0

    def read(self, size: int = CHUNK) -> bytes:
        """Return the next bytes, b"" at the end. Raises Unreadable beyond what may be unpacked."""
        chunk = self._stream.read(size)
        self.done += len(chunk)
        self._archive.unpacked += len(chunk)
        if self.done > self._most or self._archive.unpacked > self._archive.limits.unpacked_bytes:
            raise overloading(
                self._archive.name, f"{self.done} bytes of a member unpacked, {self._archive.unpacked} in all"
            )
        return chunk

    def close(self) -> None:
        """End the reading."""
        self._stream.close()

    def __enter__(self) -> GuardedMember:
        """Return the object itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()


class SafeZip:
    """Open the archive at `path`, which the user calls `name`.

    Raises Unreadable for member names that lead outside, for passwords and for what is no archive.
    """

    def __init__(self, path: Path, name: str, limits: Limits) -> None:
        """Open the archive and check the names of its members."""
        self.name, self.limits, self.unpacked = name, limits, 0
        try:
            # The library answers a ZIP of a later format than it knows with NotImplementedError.
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as problem:
            raise damaged(name, repr(problem)) from problem
        try:
            self._check_members()
        except BaseException:
            self.close()
            raise

    def _check_members(self) -> None:
        members = self._zip.infolist()
        if len(members) > MEMBERS:
            raise Unreadable(f"'{self.name}' holds more than {MEMBERS:,} files, which is more than can be read.")
        for member in members:
            # Python mends some names; what the archive itself says counts as well.
            if _OUTSIDE.search(member.orig_filename) or _OUTSIDE.search(member.filename):
                raise Unreadable(
                    f"'{self.name}' holds a file whose name leads out of its folder, '{member.filename}'. It was "
                    "refused, because such files are made to do harm."
                )
            if member.flag_bits & _ENCRYPTED:
                raise Unreadable(
                    f"'{self.name}' is protected with a password. Pack it again without one and upload it again."
                )

    def files(self) -> list[zipfile.ZipInfo]:
        """Return all members that are files, in the archive's order; two may have one name."""
        return [member for member in self._zip.infolist() if not member.is_dir()]

    def names(self) -> list[str]:
        """Return the names of all members that are files, in the archive's order."""
        return [member.filename for member in self.files()]

    def size(self, member: str) -> int:
        """Return how many bytes the member says it unpacks to."""
        return self._zip.getinfo(member).file_size

    def open(self, member: str | zipfile.ZipInfo) -> GuardedMember:
        """Open a member as a stream, the last one of several that share a name. Raises KeyError for an unknown one."""
        info = self._zip.getinfo(member) if isinstance(member, str) else member
        return GuardedMember(self._zip.open(info), self, info)

    def read(self, member: str) -> bytes:
        """Return a small member as a whole. Raises KeyError for an unknown one, Unreadable for one beyond 64 MB."""
        found = bytearray()
        with self.open(member) as stream:
            while chunk := stream.read():
                found += chunk
                if len(found) > PART:
                    raise Unreadable(
                        f"A part of '{self.name}' is far larger than it should be; it cannot be read.", member
                    )
        return bytes(found)

    def unpack(self, member: zipfile.ZipInfo, target: Path) -> None:
        """Write a member to the file `target`."""
        with self.open(member) as stream, target.open("wb") as out:
            while chunk := stream.read():
                out.write(chunk)

    def refuse_document_types(self) -> None:
        """Raise Unreadable where any part declares a document type.

        Spreadsheet programs write none, and its entities can be used to read other files or to fill the memory.
        """
        for member in self.names():
            if self._declares_type(member):
                raise Unreadable(
                    f"'{self.name}' contains a document type declaration, which no spreadsheet program writes. It was "
                    "refused, because such files are made to do harm.",
                    member,
                )

    def _declares_type(self, member: str) -> bool:
        """Return whether a document type is declared before the first element, the only place for it."""
        found: list[bool] = []
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = lambda *_: found.append(True)
        parser.StartElementHandler = lambda *_: found.append(False)
        with self.open(member) as stream:
            try:
                while not found and (chunk := stream.read(4096)):
                    parser.Parse(chunk)
            except expat.ExpatError:
                return any(found)  # no XML, or damaged: whoever reads this part will say so
        return found[:1] == [True]

    def close(self) -> None:
        """Close the archive."""
        self._zip.close()

    def __enter__(self) -> SafeZip:
        """Return the object itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

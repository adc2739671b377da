"""Files that are packed while they are written: deflating costs as much as all the rest of the writing.

The bytes are those that `zipfile` would have made afterwards, so that a bundle is the same on any number of cores.
"""

from __future__ import annotations

import shutil
import zipfile
import zlib
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

LEVEL = 1  # level 6 takes three times as long for a tenth less
MOST_WAITING = 4  # batches that may wait for the packing thread, some megabytes each


class DeflatedFile:
    """Deflate what is written to a file, in a thread of its own. Use as a context manager around the writing."""

    def __init__(self, path: Path) -> None:
        """Take the path of the packed bytes, which are a part of a ZIP and no file of their own."""
        self.path = path
        self.size = self.packed_size = self.crc = 0

    def __enter__(self) -> DeflatedFile:
        """Open the file and start the thread."""
        self._file: BinaryIO = self.path.open("wb")
        # Raw deflate (-15), as a ZIP holds it.
        self._packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -15)
        self._thread = ThreadPoolExecutor(1, "deflate")
        self._waiting: deque[Future[None]] = deque()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Wait for the thread and close the file. Raise what the thread raised, unless the block failed already."""
        try:
            if kind is None:
                self._wait(leave=0)
                self._keep(self._packer.flush())
        finally:
            self._thread.shutdown(cancel_futures=True)
            self._file.close()

    def write(self, data: bytes | memoryview) -> None:
        """Hand bytes to the thread. The caller may not change them afterwards."""
        self._wait(leave=MOST_WAITING - 1)
        self._waiting.append(self._thread.submit(self._pack, data))

    def _wait(self, leave: int) -> None:
        while len(self._waiting) > leave:
            self._waiting.popleft().result()

    def _pack(self, data: bytes | memoryview) -> None:
        self.size += len(data)
        self.crc = zlib.crc32(data, self.crc)
        self._keep(self._packer.compress(data))

    def _keep(self, packed: bytes) -> None:
        self._file.write(packed)
        self.packed_size += len(packed)

    def add_to(self, archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
        """Add the packed bytes to a ZIP under a name, and return the entry.

        `zipfile` packs whatever it is given, so the entry is made here, from the parts that it documents. At least one
        other entry of the archive must be written by `zipfile` itself, which then ends the archive.
        """
        entry = zipfile.ZipInfo(name)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.file_size, entry.compress_size, entry.CRC = self.size, self.packed_size, self.crc
        stream = archive.fp
        assert stream is not None, "the archive is open"
        stream.seek(archive.start_dir)
        entry.header_offset = stream.tell()
        stream.write(entry.FileHeader(zip64=needs_zip64(self.size)))
        with self.path.open("rb") as packed:
            shutil.copyfileobj(packed, stream, 1 << 20)
        archive.start_dir = stream.tell()
        archive.filelist.append(entry)
        archive.NameToInfo[name] = entry
        return entry


def needs_zip64(size: int) -> bool:
    """Tell whether a file of so many bytes needs the larger form of an entry: what cannot be packed grows a little."""
    return size * 1.05 > zipfile.ZIP64_LIMIT

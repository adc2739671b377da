"""Write a bundle in a hidden directory beside the output, then move it to the output at once."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from engine.bundle.deflated_files import LEVEL, DeflatedFile, needs_zip64
from odoo_migrate.project import project_definition
from odoo_migrate.project.project_reader import file_sha256

# The same input gives the same bytes, whoever packs it and when.
PERMISSIONS = 0o100644
UNIX = 3
CHUNK = 1 << 20  # bytes: small beside the memory that is there, and progress shows in large files
# Entries that a bundle owns in a project directory; others (`runs`, `.git`) are left alone.
OWN = ("config", "data", project_definition.CLEANING_FILE, project_definition.MANIFEST_FILE)


class OutputRefused(ValueError):
    """Refuse an output to which nothing can be written; the text is one sentence for the user."""


def check_output(out: Path, unpacked: bool) -> None:
    """Raise OutputRefused, before any work is done, where nothing can be written to `out`.

    Args:
        out: A file for a ZIP, or a directory.
        unpacked: Whether it is a directory. It may hold an older project, which is replaced, but nothing else.
    """
    if not unpacked:
        if out.is_dir():
            raise OutputRefused(f"{out} is a directory; name a file for the bundle.")
        return
    if out.exists() and not out.is_dir():
        raise OutputRefused(f"{out} is a file; name a directory for the project.")
    if out.is_dir() and any(out.iterdir()) and not (out / project_definition.SETTINGS_FILE).is_file():
        raise OutputRefused(f"{out} holds files that are no odoo-migrate project; name an empty or new directory.")


@contextmanager
def workplace(out: Path) -> Iterator[Path]:
    """Make a directory on the same disk as `out`; nothing of it is left when the block ends, however it ends."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        directory = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    except OSError as problem:
        raise OutputRefused(f"Nothing can be written to {out.parent}: {problem.strerror}.") from problem
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def put_directory(made: Path, out: Path) -> str:
    """Replace the bundle's entries in `out` with those of the finished project `made`.

    Returns:
        The SHA-256 of MANIFEST.json, which has those of all files.
    """
    # Renames alone, all on one disk: whoever looks finds the old project or the new one, never a half.
    former = made.with_name("former")
    if out.exists():
        out.rename(former)
    try:
        made.rename(out)
    except OSError:
        if former.exists():
            former.rename(out)
        raise
    if former.exists():
        for one in former.iterdir():
            if one.name not in OWN:
                one.rename(out / one.name)
    return file_sha256(out / project_definition.MANIFEST_FILE)


def put_zip(made: Path, out: Path, progress: Callable[[int], None], packed_before: Mapping[str, DeflatedFile]) -> str:
    """Replace `out` with the packed project `made`.

    Args:
        made: Directory of the finished project.
        out: The ZIP.
        progress: Called with the number of bytes after every chunk.
        packed_before: By path, the files that were deflated while they were written.

    Returns:
        The SHA-256 of the ZIP.
    """
    packed = made.with_name("bundle.zip")
    files = sorted(path for path in made.rglob("*") if path.is_file())
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as archive:
        for path in files:
            name = path.relative_to(made).as_posix()
            if name in packed_before:
                entry = packed_before[name].add_to(archive, name)
                progress(entry.file_size)
            else:
                entry = _pack(archive, path, name, progress)
            entry.external_attr, entry.create_system = PERMISSIONS << 16, UNIX
    digest = file_sha256(packed)
    packed.replace(out)
    return digest


def _pack(archive: zipfile.ZipFile, path: Path, name: str, progress: Callable[[int], None]) -> zipfile.ZipInfo:
    """Add a file by its name: an entry made beforehand would not heed the archive's level. It has no date."""
    large = needs_zip64(path.stat().st_size)
    with path.open("rb") as source, archive.open(name, "w", force_zip64=large) as target:
        while chunk := source.read(CHUNK):
            target.write(chunk)
            progress(len(chunk))
    return archive.getinfo(name)


def unpack(bundle: Path | IO[bytes], out: Path) -> None:
    """Unpack a bundle into directory `out`, all or nothing. Raises OutputRefused."""
    check_output(out, unpacked=True)
    with workplace(out) as directory, zipfile.ZipFile(bundle) as archive:
        made = directory / "project"
        for name in archive.namelist():
            # A name such as ../../x would be written outside the directory.
            if not (made / name).resolve().is_relative_to(made.resolve()):
                raise OutputRefused("The bundle names a file outside itself; it was not made here.")
        archive.extractall(made)
        put_directory(made, out)

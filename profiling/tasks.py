"""Background jobs of the worker: read an upload, read one sheet again."""

from __future__ import annotations

from engine.readers import Unreadable
from migrator.jobs import JobProblem, Progress
from profiling import file_import
from profiling.models import Sheet, SourceFile


def read_file(progress: Progress, source_id: int) -> str:
    """Read and profile an upload. A file that cannot be read is noted with its sentence, its bytes removed."""
    source = SourceFile.objects.select_related("dataset").get(pk=source_id)
    try:
        return file_import.read(source, progress)
    except Unreadable as why:
        file_import.refuse(source, str(why))
        raise JobProblem(str(why)) from why


def read_file_again(progress: Progress, source_id: int) -> str:
    """Read an upload again in the encoding that the user chose; where that cannot be, the choice is taken back."""
    source = SourceFile.objects.select_related("dataset").get(pk=source_id)
    try:
        return file_import.read(source, progress)
    except Unreadable as why:
        SourceFile.objects.filter(pk=source.pk).update(chosen_encoding="")
        raise JobProblem(f"It cannot be read with these letters: {why}") from why


def reread_sheet(progress: Progress, sheet_id: int) -> str:
    """Read one sheet again, with the title rows that the user chose."""
    sheet = Sheet.objects.select_related("source", "dataset").get(pk=sheet_id)
    try:
        return file_import.reread(sheet, progress)
    except Unreadable as why:
        raise JobProblem(str(why)) from why

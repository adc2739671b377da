"""Downloads of an export: its bundle, and the rows held back, as CSV or workbook."""

from __future__ import annotations

import io
import re
import zipfile

from django.http import FileResponse, Http404, HttpResponse

from engine.bundle.held_back_rows import write_workbook
from exporting.models import Export
from odoo_migrate.project.project_definition import REJECTED


def bundle_response(export: Export, name: str = "export.zip") -> FileResponse:
    """Return the bundle as a download, with its SHA-256 in a header."""
    answer = FileResponse(export.bundle.open("rb"), as_attachment=True, filename=name, content_type="application/zip")
    answer["X-Content-SHA256"] = export.sha256
    return answer


def bundle_name(export: Export) -> str:
    """Return a name that tells bundles apart in a downloads folder."""
    # Plain ASCII: such a name needs no quoting in the commands that load the bundle.
    plain = re.sub(r"[^A-Za-z0-9]+", "-", export.dataset.name).strip("-").lower() or "dataset"
    return f"{plain}-{export.pk}.zip"


def rejected_response(export: Export, name: str) -> HttpResponse:
    """Return data/rejected/<name> of the bundle as Excel opens it; for a name in .xlsx, as a workbook of texts.

    Raises:
        Http404: the bundle holds no such rows.
        OnlyAsCsv: no workbook can hold them.
    """
    if not export.ready:
        raise Http404("This export is not ready.")
    as_workbook = name.endswith(".xlsx")
    stored = name
    if as_workbook:
        stored = f"{name.removesuffix('.xlsx')}.csv"  # bundles hold CSV alone; workbooks are written on demand
    table = _rejected(export, stored)
    if as_workbook:
        answer = HttpResponse(content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        stream = io.BytesIO()
        write_workbook(table, stream)
        answer.write(stream.getvalue())
    else:
        # The mark at the start is how Excel knows that a CSV is UTF-8; the reader takes it off again.
        answer = HttpResponse(b"\xef\xbb\xbf" + table, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="held-back-{name}"'
    return answer


def _rejected(export: Export, name: str) -> bytes:
    with export.bundle.open("rb") as stream, zipfile.ZipFile(stream) as bundle:
        try:
            return bundle.read(f"{REJECTED}/{name}")
        except KeyError:
            raise Http404("No rows of this sheet were held back.") from None

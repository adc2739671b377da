"""No upload gives an error page: what cannot be read is one sentence on the Files page, a log entry, nothing else."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable
from html import unescape
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from migrator import jobs
from migrator.models import Job
from profiling.models import ColumnProfile, Dataset, Finding, Sheet, SourceFile
from tests.factories import DatasetFactory

pytestmark = pytest.mark.django_db(transaction=True)

SAMPLES = Path(__file__).parents[1] / "samples"
CSV = b"Code,Name\nA1,Acme\nA2,Beta\n"
ENTITY = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
ODS = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"><office:body>'
    "<office:spreadsheet/></office:body></office:document-content>"
)


def book() -> bytes:
    made, stream = openpyxl.Workbook(), io.BytesIO()
    for row in (("Code", "Name"), ("A1", "Acme"), ("A2", "Beta")):
        made.active.append(row)
    made.save(stream)
    return stream.getvalue()


def packed(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def with_entity(content: bytes, part: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members[part] = ENTITY + re.sub(rb"^<\?xml.*?\?>", b"", members[part])
    return packed(members)


def ods() -> bytes:
    return packed({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": ODS.encode()})


def encrypted() -> bytes:
    """The container in which Excel keeps a workbook with a password, as far as its directory is looked at."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(512)


REFUSED: dict[str, tuple[str, Callable[[], bytes]]] = {
    "encrypted": ("secret.xlsx", encrypted),
    "truncated": ("cut.xlsx", lambda: book()[:2000]),
    "truncated-xls": ("cut.xls", lambda: (SAMPLES / "quickbooks_customers.xls").read_bytes()[:900]),
    "no-workbook": ("notes.xlsx", lambda: packed({"readme.md": b"no sheets here"})),
    "html": ("report.xls", lambda: b"<html><body><p>Session expired, sign in again</p></body></html>"),
    "picture": ("scan.csv", lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20),
    "bomb": ("bomb.zip", lambda: packed({"big.csv": bytes(60_000_000)})),
    "entity-xlsx": ("entity.xlsx", lambda: with_entity(book(), "xl/worksheets/sheet1.xml")),
    "entity-ods": ("entity.ods", lambda: with_entity(ods(), "content.xml")),
    "empty": ("empty.csv", lambda: b""),
    "titles-only": ("titles.csv", lambda: b"Code,Name\n"),
    "wide": ("wide.csv", lambda: b",".join(b"c%d" % n for n in range(20_000)) + b"\n" + b"," * 19_999 + b"\n"),
    "dots": ("dots.zip", lambda: packed({"../evil.csv": CSV})),
    "absolute": ("absolute.zip", lambda: packed({"/etc/evil.csv": CSV})),
    "zip-of-nothing": ("nothing.zip", lambda: packed({})),
    "noise-xlsx": ("noise.xlsx", lambda: random.Random(1).randbytes(5000)),
    "noise-xls": ("noise.xls", lambda: random.Random(2).randbytes(5000)),
    "noise-ods": ("noise.ods", lambda: random.Random(3).randbytes(5000)),
    "noise-zip": ("noise.zip", lambda: b"PK\x03\x04" + random.Random(4).randbytes(5000)),
}  # fmt: skip


@pytest.fixture
def dataset(client: Client) -> Dataset:
    made = DatasetFactory()
    client.force_login(made.owner)
    return made


def send(client: Client, dataset: Dataset, name: str, content: bytes) -> Job:
    """Upload through the page, and do what the worker would."""
    answer = client.post(f"/datasets/{dataset.pk}/upload/", {"files": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302
    job = Job.objects.get()
    jobs.run(job.pk, job.attempt)
    job.refresh_from_db()
    return job


def stored(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_read_is_one_sentence(case, client, dataset, media, caplog):
    name, content = REFUSED[case]
    job = send(client, dataset, name, content())
    assert job.status == Job.Status.FAILED
    assert job.message != jobs.STOPPED
    assert re.fullmatch(r"[^\n]{10,300}[.!]", job.message), job.message
    page = unescape(client.get(f"/datasets/{dataset.pk}/").content.decode())
    assert page.count(job.message) == 1
    assert "Traceback" not in page
    assert [r for r in caplog.records if r.levelname == "WARNING" and job.message in r.getMessage()]
    assert not [r for r in caplog.records if r.exc_info and r.levelname == "ERROR"]
    assert stored(media) == []
    assert SourceFile.objects.get().problem == job.message
    assert not any(model.objects.exists() for model in (Sheet, ColumnProfile, Finding))


@pytest.mark.parametrize("seed", range(8))
def test_noise_is_read_or_refused(seed, client, dataset, media):
    noise = random.Random(seed)
    ending = noise.choice(["csv", "tsv", "txt", "xlsx", "xls", "ods", "zip", "", "pdf"])
    job = send(client, dataset, f"noise.{ending}", noise.randbytes(noise.choice([1, 50, 4000])))
    assert job.status in {Job.Status.DONE, Job.Status.FAILED}
    assert job.message != jobs.STOPPED
    assert client.get(f"/datasets/{dataset.pk}/").status_code == 200
    assert bool(stored(media)) == (job.status == Job.Status.DONE)


def test_a_refused_version_leaves_the_former_one_in_place(client, dataset, media):
    send(client, dataset, "customers.csv", CSV)
    before = stored(media)
    Job.objects.all().delete()
    job = send(client, dataset, "customers.csv", b"")
    assert job.status == Job.Status.FAILED
    assert stored(media) == before
    assert SourceFile.objects.get(current=True).version == 1
    assert Sheet.objects.get().rows == 2


@pytest.mark.parametrize("name", ["../../etc/passwd.csv", "C:\\data\\passwd.csv", "a\x00b\n.csv", f"{'x' * 250}.csv"])
def test_a_strange_name_stays_inside(name, client, dataset, media):
    job = send(client, dataset, name, CSV)
    assert job.status == Job.Status.DONE
    inside = media / "datasets" / str(dataset.pk)
    assert all(path.is_relative_to(inside) for path in stored(media))
    assert client.get(f"/datasets/{dataset.pk}/").status_code == 200


def test_an_upload_without_a_file_says_so(client, dataset):
    answer = client.post(f"/datasets/{dataset.pk}/upload/", {})
    assert answer.status_code == 422
    assert b"Choose a file first." in answer.content

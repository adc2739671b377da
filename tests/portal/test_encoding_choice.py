"""Which letters a text file has: two readings are offered where both are likely, and a person's choice holds."""

import pytest
from django.core.management import call_command
from django.urls import reverse

from mapping.services import step_services
from profiling import file_import, services
from profiling.models import Dataset, Finding, SourceFile
from tests.factories import DatasetFactory
from tests.uploaded_files import add

pytestmark = pytest.mark.django_db
DOUBTFUL = "Name;City\nTõnu;Tartu\nOne;Two\n".encode("cp1252")  # Tőnu in Hungary


def titles_and_names(source: SourceFile) -> list[str]:
    from engine.sheets.working_file import WorkingFile
    from profiling.stored_files import local_copy

    with local_copy(source.sheets.get().working) as path:
        return [row["Name"] for row in WorkingFile(path).page(0, 5).to_pylist()]


def test_both_readings_are_offered_and_one_click_takes_the_other(monkeypatch):
    source = add(DatasetFactory(), "people.csv", DOUBTFUL)
    first = titles_and_names(source)[0]
    finding = Finding.objects.get(sheet__source=source, slug="letters_in_doubt")
    other = finding.examples[1]
    assert {first, other} == {"Tõnu", "Tőnu"}
    step_services.fix_finding(finding=finding)
    source.refresh_from_db()
    assert source.chosen_encoding == finding.fix_params["encoding"]
    file_import.read(source, None)
    assert titles_and_names(source)[0] == other
    assert not Finding.objects.filter(sheet__source=source, slug="letters_in_doubt").exists()


def test_the_choice_holds_for_the_next_version_and_from_the_shell(tmp_path):
    path = tmp_path / "people.csv"
    path.write_bytes(DOUBTFUL)
    call_command("import_file", str(path), dataset="Move", encoding="cp1250")
    dataset = Dataset.objects.get(name="Move")
    assert titles_and_names(dataset.files.get(current=True))[0] == "Tőnu"
    call_command("import_file", str(path), dataset="Move")
    assert dataset.files.get(current=True).version == 2
    assert titles_and_names(dataset.files.get(current=True))[0] == "Tőnu"


def test_the_files_page_shows_the_letters_and_takes_others(client):
    source = add(DatasetFactory(), "people.csv", DOUBTFUL)
    client.force_login(source.dataset.owner)
    page = client.get(reverse("dataset_files", args=[source.dataset_id])).content.decode()
    assert "Letters: " in page
    client.post(reverse("file_encoding", args=[source.dataset_id, source.pk]), {"encoding": "cp1257"})
    source.refresh_from_db()
    assert source.chosen_encoding == "cp1257"


def test_a_choice_that_cannot_be_read_is_taken_back_and_loses_nothing():
    from migrator.jobs import JobProblem
    from profiling.tasks import read_file_again

    source = add(DatasetFactory(), "people.csv", DOUBTFUL)
    services.set_encoding(source=source, encoding="utf-16-le", user=None)
    try:
        read_file_again(None, source.pk)
    except JobProblem:
        source.refresh_from_db()
        assert source.chosen_encoding == ""
    assert source.file.storage.exists(source.file.name)
    assert source.sheets.exists()

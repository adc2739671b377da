"""/healthz: what a load balancer asks."""

import pytest

from migrator.middleware import health_check


@pytest.mark.django_db
def test_all_is_well(client, media):
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json() == {"database": "ok", "files": "ok"}
    assert response["Cache-Control"] == "no-store"
    assert [path for path in media.rglob("*") if path.is_file()] == [], "the trial file is gone again"


@pytest.mark.django_db
def test_a_prober_knows_neither_host_nor_https(client, settings):
    settings.ALLOWED_HOSTS = ["portal.example.com"]
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/healthz", headers={"host": "10.0.0.7:8000"}).status_code == 200


@pytest.mark.django_db
def test_storage_that_cannot_be_written_is_told(client, settings, tmp_path, caplog):
    (tmp_path / "file").touch()
    settings.MEDIA_ROOT = tmp_path / "file"
    response = client.get("/healthz")
    assert response.status_code == 503
    assert response.json() == {"database": "ok", "files": "failed"}
    assert "the health check of files failed" in caplog.text


def test_database_that_does_not_answer_is_told(client, monkeypatch, caplog):
    def broken():
        raise ConnectionError("refused")

    monkeypatch.setitem(health_check.CHECKS, "database", broken)
    assert client.get("/healthz").json() == {"database": "failed", "files": "ok"}
    assert "refused" in caplog.text


def test_only_questions_are_answered(client):
    assert client.post("/healthz").status_code != 200

"""Sign-in for everything: who is sent where."""

import pytest

pytestmark = pytest.mark.django_db


def test_a_visitor_is_sent_to_the_sign_in_page_and_back(client):
    assert client.get("/account/").url == "/login/?next=/account/"


def test_the_administration_uses_the_same_sign_in_page(client):
    response = client.get("/admin/migrator/user/?q=ann", follow=True)
    assert response.redirect_chain[-1] == ("/login/?next=/admin/migrator/user/%3Fq%3Dann", 302)
    assert response.status_code == 200


def test_the_administration_is_not_there_for_others(client, user):
    client.force_login(user)
    assert client.get("/admin/", follow=True).status_code == 404


def test_a_fragment_sends_the_whole_page(client):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/admin/?page=2"}
    response = client.get("/account/", headers=headers)
    assert response.status_code == 200
    assert response["HX-Redirect"] == "/login/?next=/admin/%3Fpage%3D2"


def test_a_fragment_cannot_send_people_elsewhere(client):
    headers = {"HX-Request": "true", "HX-Current-URL": "https://evil.example/steal"}
    response = client.get("/account/", headers=headers)
    assert response["HX-Redirect"] == "/login/?next=/"


def test_who_is_signed_in_may_pass(client, admin_user):
    client.force_login(admin_user)
    assert client.get("/admin/").status_code == 200


def test_pages_forbid_foreign_scripts_and_frames(client):
    policy = client.get("/login/")["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy

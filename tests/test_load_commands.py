"""The commands on the export page: for this bundle, to be copied by key or pointer, and there without a script too."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from exporting.downloads import bundle_name
from exporting.models import Export
from exporting.pages.load_commands import load_commands
from tests.whole import whole


def test_the_commands_name_the_bundle_and_run_in_the_order_of_the_format():
    ready, test, run = load_commands("northwind-12.zip")
    assert ready.text.splitlines() == [
        "unzip northwind-12.zip -d northwind-12",
        "cd northwind-12",
        "odoo-migrate source prepare",
        "odoo-migrate transform execute",
        "odoo-migrate validate check",
        "odoo-migrate load init --run-id northwind-12",
    ]
    assert run.text.startswith("odoo-migrate load run northwind-12 --url https://")
    assert " --db " in run.text
    assert " --username " in run.text
    assert test.text == f"{run.text} --test"


@pytest.mark.django_db
def test_they_stand_on_the_page_once_there_is_a_bundle(client: Client):
    dataset = whole()
    client.force_login(dataset.owner)
    page = reverse("dataset_export", args=[dataset.pk])
    name = bundle_name(Export.objects.get())
    shown = client.get(page).content.decode()
    for one in load_commands(name):
        assert f">{one.text}</pre>" in shown
    Export.objects.all().delete()
    assert "odoo-migrate" not in client.get(page).content.decode()


def test_they_are_copied_by_key(site: Page, user):
    dataset = whole(owner=user)
    site.context.grant_permissions(["clipboard-read", "clipboard-write"])
    site.goto(f"/datasets/{dataset.pk}/export/")
    for one in load_commands(bundle_name(Export.objects.get())):
        button = site.get_by_role("button", name=f"Copy the commands of “{one.title}”")
        button.focus()
        site.keyboard.press("Enter")
        expect(site.locator("#said")).to_have_text("Copied")
        assert site.evaluate("navigator.clipboard.readText()") == one.text


def test_without_a_script_they_can_be_selected(browser: Browser, site: Page, live_server, user):
    dataset = whole(owner=user)
    context = browser.new_context(java_script_enabled=False, base_url=live_server.url)
    context.add_cookies(site.context.cookies())
    plain = context.new_page()
    plain.goto(f"/datasets/{dataset.pk}/export/")
    for one in load_commands(bundle_name(Export.objects.get())):
        expect(plain.locator(f"#{one.id}")).to_have_text(one.text)
        expect(plain.locator(f"#{one.id}")).to_have_css("user-select", "auto")
    expect(plain.locator("[data-copy]:visible")).to_have_count(0)
    context.close()

"""The commands on the export page: for this bundle, to be copied by key or pointer, and there without a script too."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from playwright.sync_api import Browser, Page, expect

from exporting.downloads import bundle_name
from exporting.models import Export
from exporting.pages.shell_lines import load_commands
from tests.exported_dataset import whole
from tests.loader_shell import clean_environment


def test_the_commands_name_the_bundle_and_run_in_the_order_of_the_format():
    ready, test, run = load_commands("northwind-12.zip")
    assert ready.text.split(" && \\\n") == [
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


def test_a_long_name_is_cut_to_what_a_run_may_be_called():
    ready, _, run = load_commands(f"{'a-very-long-name-' * 8}42.zip")
    name = ready.text.split()[-1]
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", name)
    assert name.endswith("-42")
    assert f"load run {name} " in run.text


@pytest.mark.django_db
def test_they_stand_on_the_page_once_there_is_a_bundle(client: Client):
    dataset = whole()
    client.force_login(dataset.owner)
    page = reverse("dataset_export", args=[dataset.pk])
    name = bundle_name(Export.objects.get())
    shown = client.get(page).content.decode()
    for one in load_commands(name):
        assert f">{escape(one.text)}</pre>" in shown
    Export.objects.all().delete()
    assert "odoo-migrate" not in client.get(page).content.decode()


@pytest.mark.skipif(not shutil.which("unzip"), reason="there is no unzip")
@pytest.mark.django_db
def test_what_needs_no_odoo_runs_as_it_stands(tmp_path: Path):
    whole()
    export = Export.objects.get()
    name = bundle_name(export)
    (tmp_path / name).write_bytes(export.bundle.read())
    program = tmp_path / "odoo-migrate"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m odoo_migrate "$@"\n')
    program.chmod(0o755)
    environment = clean_environment(PATH=f"{tmp_path}:{os.environ['PATH']}")
    ready = load_commands(name)[0].text
    done = subprocess.run(["bash", "-euc", ready], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    stem = name.removesuffix(".zip")
    assert done.stdout.splitlines()[-1].endswith(f"Next: odoo-migrate load run {stem} --test")
    assert (tmp_path / stem / "runs" / stem / "manifest.json").is_file()


@pytest.mark.parametrize("failing", ["unzip", "source", "validate"])
def test_what_follows_a_command_that_failed_is_not_run(tmp_path: Path, failing: str):
    for name in ("unzip", "odoo-migrate"):
        program = tmp_path / name
        program.write_text(
            f'#!/bin/sh\necho "{name} $1" >> "{tmp_path}/ran"\n'
            f'[ "{name}" = unzip ] && mkdir -p "$3"\n[ "{name}" != {failing} ] && [ "$1" != {failing} ]\n'
        )
        program.chmod(0o755)
    lines = load_commands("northwind-12.zip")[0].text.splitlines(keepends=True)
    environment = clean_environment(PATH=f"{tmp_path}:{os.environ['PATH']}")
    done = subprocess.run(["bash"], input="".join(lines) + "\n", cwd=tmp_path, env=environment, text=True)
    ran = (tmp_path / "ran").read_text().splitlines()
    assert done.returncode != 0
    assert failing in ran[-1]


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

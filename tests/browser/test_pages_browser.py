"""The pages in Chromium: every sample, the phone, the keyboard, no script, steps, corrections, jobs that end early."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from django.conf import settings as django_settings
from playwright.sync_api import Browser, Page, Route, expect

from exporting.models import Export
from mapping.models import Mapping, SheetTarget, Transform
from mapping.services import step_services, target_services
from migrator import jobs
from migrator.models import Job, User
from profiling.models import Dataset, Sheet, SourceFile
from tests.browser_moves import (
    PATIENCE,
    SAMPLES,
    SCRIPTLESS,
    accept_everything,
    add_files,
    addresses,
    export,
    in_both_colours,
    overflows,
    patient,
    press_all,
    sums,
    upload,
)
from tests.uploaded_files import add, dataset_of
from tests.worker import wait_for

FILES = {
    "GB": ["accounting_open_items.xlsx", "aggregated.xlsx"],
    "DE": ["legacy_products.csv"],
    "US": ["quickbooks_customers.xls", "salesforce_accounts.csv", "salesforce_contacts.csv"],
}


def ready(*files: str, **values: object) -> Dataset:
    """A dataset that has been read, with everything suggested accepted and everything safe fixed."""
    dataset = dataset_of(*files, **values)
    for sheet in dataset.sheets.filter(skip=False):
        target_services.accept_all(sheet=sheet)
    step_services.fix_safe_findings(dataset=dataset)
    dataset.refresh_from_db()
    return dataset


def with_open_units(owner: User) -> Dataset:
    """Products whose units are no words that anybody knows, sent to the unit of measure all the same."""
    dataset = dataset_of(owner=owner)
    add(dataset, "items.csv", "SKU,Item,Unit\nA,Bolt,bundlet\nB,Nut,barrelet\nC,Nail,Units\n", owner)
    target = target_services.choose_model(sheet=dataset.sheets.get(), model="product.product")
    target_services.accept_all(sheet=target.sheet)
    target_services.choose_field(target=target, column="Unit", field="uom_id/id")
    return dataset


# --- The samples ----------------------------------------------------------------------------------------------
def test_the_samples_become_bundles_whose_rows_add_up(site: Page, worker):
    for country, files in FILES.items():
        dataset = upload(site, f"Samples {country}", *files, country=country)
        site.goto(f"/datasets/{dataset.pk}/findings/")
        press_all(site, re.compile("^Fix .* safe"))
        accept_everything(site, dataset)
        site.goto(f"/datasets/{dataset.pk}/check/")
        press_all(site, re.compile("^Write (states|countries) as codes|^Read as"))
        checked = list(sums(site))
        bundle = export(site, dataset)
        assert list(sums(site)) == checked
        assert all(rows == out + held + dropped for rows, out, held, dropped in checked)
        assert [rows for rows, *_ in checked] == [s.rows for s in exported(dataset)]
        raw = [name for name in bundle.namelist() if name.startswith("data/raw/")]
        assert len(raw) >= len(checked)


def exported(dataset: Dataset) -> list[Sheet]:
    return list(Sheet.objects.filter(dataset=dataset, skip=False))


# --- Every page -----------------------------------------------------------------------------------------------
def test_every_page_on_a_phone_and_on_a_desk_light_and_dark(site: Page, user, axe):
    dataset = ready(
        "salesforce_accounts.csv", "aggregated.xlsx", owner=user, name="Clients, stock, orders and accounts"
    )
    for address in addresses(dataset):
        site.set_viewport_size({"width": 390, "height": 844})
        answer = site.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        assert not overflows(site), f"{address} is wider than a phone"
        in_both_colours(site, axe)
        site.set_viewport_size({"width": 1280, "height": 800})
        assert not overflows(site), f"{address} is wider than a window"
    in_both_colours(site, axe)


# --- Steps ----------------------------------------------------------------------------------------------------
def test_steps_are_added_changed_moved_switched_and_removed(site: Page, user):
    dataset = dataset_of("messy_customers.xlsx", owner=user)
    sheet = dataset.sheets.get()
    site.goto(f"/datasets/{dataset.pk}/sheets/{sheet.pk}/columns/2/")
    steps = site.locator("#panel .step")
    site.get_by_role("button", name="Remove spaces around").click()
    expect(site.locator("#panel .step-count")).to_have_text("47 changed")
    expect(site.locator("#panel .counts")).to_contain_text("47 changed")
    expect(site.locator("#row-4")).to_contain_text("→")

    site.get_by_role("link", name="Add a step").click()
    site.get_by_role("button", name=re.compile("^Replace values")).click()
    site.locator("#step-new textarea").fill("info@acme.com => sales@acme.com")
    site.get_by_role("button", name="Add the step").click()
    expect(steps).to_have_count(2)
    expect(steps.nth(1)).to_contain_text("0 changed")
    site.get_by_role("button", name="Make lower case").click()
    expect(steps).to_have_count(3)

    more(site, "Make lower case", "Move up")
    expect(steps.nth(1)).to_contain_text("Make lower case")
    expect(steps.nth(2)).to_contain_text("1 changed")
    more(site, "Replace values", "Change")
    site.locator("#panel textarea").fill("info@acme.com => office@acme.com")
    site.get_by_role("button", name="Save").click()
    expect(site.locator("#panel .preview li").first).to_contain_text("office@acme.com")

    site.locator("#panel").get_by_role("switch", name="Remove spaces around is on").uncheck()
    expect(steps.first).to_contain_text("off")
    expect(site.locator("#row-4")).to_contain_text("·")
    more(site, "Make lower case", "Remove")
    expect(steps).to_have_count(2)
    kept = Transform.objects.filter(sheet=sheet).order_by("position")
    assert [(step.slug, step.enabled) for step in kept] == [("trim", False), ("map_values", True)]


def test_a_column_is_split_and_its_parts_become_fields(site: Page, user, tmp_path: Path):
    dataset = dataset_of(owner=user, name="Northwind", country="DE")
    add(dataset, "customers.csv", "Name,Maße,PLZ/Ort\nA,10 x 20,93047 Regensburg\nB,5 x 7,D-28195 Bremen\n")
    sheet = dataset.sheets.get()
    site.goto(f"/datasets/{dataset.pk}/sheets/{sheet.pk}/columns/1/")
    site.get_by_role("link", name="Add a step").click()
    site.get_by_role("button", name=re.compile("^Split into columns")).click()
    site.get_by_label("What stands between the parts").fill("x")
    site.get_by_label("New columns").fill("Width\nLength")
    trial = site.locator("#step-trial")
    expect(trial.get_by_role("columnheader")).to_have_text(["Maße", "Width", "Length"])
    expect(trial.get_by_role("row").nth(1)).to_contain_text("20")
    for width in (390, 1280):
        site.set_viewport_size({"width": width, "height": 844})
        assert not overflows(site)
        site.screenshot(path=tmp_path / f"splitting-{width}.png")
    site.get_by_role("button", name="Add the step").click()
    site.goto(f"/datasets/{dataset.pk}/findings/")
    press_all(site, re.compile("^Fix .* safe"))
    site.goto(f"/datasets/{dataset.pk}/mapping/")
    for title, field in (("ZIP", "zip"), ("City", "city")):
        expect(site.locator(f"tr[data-column='{title}']")).to_contain_text("added by a step")
        assert Mapping.objects.get(column=title).field == field
    assert Mapping.objects.get(column="PLZ/Ort").field == ""
    site.screenshot(path=tmp_path / "mapping-1280.png")
    site.set_viewport_size({"width": 390, "height": 844})
    assert not overflows(site)
    site.screenshot(path=tmp_path / "mapping-390.png", full_page=True)
    site.get_by_role("link", name="City", exact=True).first.click()
    expect(site.locator("#panel-title")).to_have_text("City")


def more(site: Page, step: str, action: str) -> None:
    """An entry of a step's menu."""
    card = site.locator("#panel .step", has_text=step)
    card.locator("summary").click()
    card.locator(".menu-list").get_by_text(action, exact=True).click()


# --- Keys, kinds of record, lookups ---------------------------------------------------------------------------
def test_keys_kinds_of_record_and_values_are_chosen_on_the_page(site: Page, user):
    dataset = ready("aggregated.xlsx", owner=user, country="GB")
    orders = dataset.sheets.get(name="Orders")
    site.goto(f"/datasets/{dataset.pk}/mapping/?sheet={orders.pk}&model=sale.order.line")
    expect(site.get_by_role("heading", level=1)).to_have_text("Orders become sales order lines")
    expect(site.locator("#map-1")).to_contain_text("fills Order Date of sales orders")
    choose_key(site, "SKU")
    expect(site.get_by_role("heading", level=1)).to_have_text("Orders become sales order lines")
    target = SheetTarget.objects.get(sheet=orders, model="sale.order.line")
    assert (target.id_pattern, target.key) == ("migr.order_line.{Migration Key}", ["Order No", "SKU"])
    assert SheetTarget.objects.get(sheet=orders, model="sale.order").id_pattern == "migr.order.{Order No}"


def test_values_that_name_no_record_are_decided_on_their_page(site: Page, user):
    dataset = with_open_units(user)
    site.goto(f"/datasets/{dataset.pk}/check/")
    units = site.locator(".finding", has_text="'uom'")
    units.get_by_role("link", name="To the values").click()
    expect(site.get_by_role("heading", level=1)).to_contain_text("uom: ", ignore_case=True)
    open_values = site.locator("tr", has_text="no record yet")
    while count := open_values.count():
        open_values.first.locator("input[name=field]").fill("Units")
        site.keyboard.press("Enter")
        expect(open_values).to_have_count(count - 1)
    site.get_by_role("link", name="To the check").click()
    expect(site.get_by_text("'uom'")).to_have_count(0)


def test_what_arrives_is_alive_at_once(site: Page, user):
    """A picker that arrives without its script would send what was typed as it stands, and lead away from the page."""
    dataset = with_open_units(user)
    site.goto(f"/datasets/{dataset.pk}/lookups/uom/")
    site.evaluate("""() => {
        window.dead = 0;
        const dead = () => document.querySelectorAll("[data-picker]:not([data-ready])").length;
        new MutationObserver(() => { window.dead += dead(); })
            .observe(document.body, {childList: true, subtree: true});
    }""")
    open_values = site.locator("tr", has_text="no record yet")
    count = open_values.count()
    assert count
    open_values.first.locator("input[name=field]").fill("Units")
    site.keyboard.press("Enter")
    expect(open_values).to_have_count(count - 1)
    assert site.evaluate("window.dead") == 0


def test_what_is_typed_before_the_scripts_are_there_counts(site: Page, user):
    dataset = with_open_units(user)
    held: list[Route] = []
    site.remove_locator_handler(site.locator(SCRIPTLESS))
    site.route("**/js/*.js", lambda route: held.append(route))
    site.goto(f"/datasets/{dataset.pk}/lookups/uom/", wait_until="commit")
    open_values = site.locator("tr", has_text="no record yet")
    open_values.first.locator("input[name=field]").fill("Units")
    count = open_values.count()
    for route in held:
        route.continue_()
    site.wait_for_load_state()
    assert held
    site.keyboard.press("Enter")
    expect(open_values).to_have_count(count - 1)


def choose_key(site: Page, *more_columns: str) -> None:
    box = site.locator("section.box", has_text="How records are recognised")
    box.get_by_text("Change").click()
    for title in more_columns:
        box.get_by_label(title, exact=True).check()
    box.get_by_label("Name of the records").fill("")
    box.get_by_role("button", name="Set").click()
    expect(site.locator("section.box", has_text="How records are recognised")).to_contain_text(more_columns[-1])


# --- Without a mouse, without a script ------------------------------------------------------------------------
def test_the_way_from_finding_to_panel_by_keyboard(site: Page, user):
    dataset = dataset_of("messy_customers.xlsx", owner=user)
    sheet = dataset.sheets.get()
    site.goto(f"/datasets/{dataset.pk}/")
    tab_to(site, "Findings")
    site.keyboard.press("Enter")
    site.wait_for_url("**/findings/")
    tab_to(site, site.locator("#fix-safe").inner_text())
    site.keyboard.press("Enter")
    expect(site.locator("#fix-safe")).to_have_count(0)

    site.goto(f"/datasets/{dataset.pk}/sheets/{sheet.pk}/")
    site.keyboard.press("/")
    site.keyboard.type("phone")
    site.keyboard.press("Enter")
    assert focused(site) == "Phone"
    site.keyboard.press("Enter")
    expect(site.locator("#panel-title")).to_have_text("Phone")
    expect(site.locator("#panel-title")).to_be_focused()
    site.keyboard.press("Escape")
    expect(site.locator("#panel-title")).to_have_count(0)
    site.locator("#row-2 td").first.focus()
    site.keyboard.press("ArrowRight")
    site.keyboard.press("ArrowDown")
    assert focused(site) == "BETA002"

    site.goto(f"/datasets/{dataset.pk}/mapping/")
    site.locator("#field-13").focus()
    site.keyboard.type("barcode")
    site.keyboard.press("Enter")
    expect(site.locator("#map-13")).to_contain_text("accepted")
    assert Mapping.objects.get(target__sheet=sheet, column="Notes").field == "barcode"


def focused(site: Page) -> str:
    return str(site.evaluate("document.activeElement.innerText")).strip()


def tab_to(site: Page, words: str, most: int = 60) -> None:
    """Press Tab until what bears these words has the focus."""
    for _ in range(most):
        site.keyboard.press("Tab")
        if focused(site).startswith(words):
            return
    raise AssertionError(f"{words} cannot be reached by keyboard")


@pytest.fixture
def plain(browser: Browser, live_server, client, user) -> Page:
    """A browser without scripts, signed in."""
    client.force_login(user)
    context = patient(browser.new_context(base_url=live_server.url, java_script_enabled=False))
    name = django_settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
    yield context.new_page()
    context.close()


def test_without_a_script(plain: Page, worker):
    plain.goto("/datasets/new/")
    plain.get_by_label("Name").fill("Plain")
    plain.get_by_label("Country").select_option("US")
    plain.get_by_role("button", name="Go on to the files").click()
    plain.locator("input[type=file]").set_input_files(SAMPLES / "messy_customers.xlsx")
    plain.get_by_role("button", name="Upload", exact=True).click()
    dataset = Dataset.objects.get(name="Plain")
    # The sheet is there before its fields are suggested: the job ends with both.
    wait_for(lambda: Job.objects.filter(files__dataset=dataset, status=Job.Status.DONE).exists())
    sheet = Sheet.objects.get(dataset=dataset)
    plain.goto(f"/datasets/{dataset.pk}/findings/")
    press_all(plain, re.compile("^Fix .* safe"))
    press_all(plain, re.compile("^(Make lower case|Read as .*|Write .*|Make it yes or no)$"))
    plain.goto(f"/datasets/{dataset.pk}/mapping/")
    assert press_all(plain, re.compile("^Accept .* sure")) == 1
    plain.get_by_label("Field for Customer Since").fill("Barcode (barcode)")
    plain.locator("#map-10").get_by_role("button", name="Set").click()
    plain.locator("#map-10").get_by_label("Field for").fill("Leave out")
    plain.locator("#map-10").get_by_role("button", name="Set").click()
    expect(plain.locator("#map-10")).to_contain_text("left out")

    plain.goto(f"/datasets/{dataset.pk}/sheets/{sheet.pk}/columns/6/")
    plain.get_by_role("link", name="Add a step").click()
    plain.get_by_role("button", name=re.compile("^Write states as codes")).click()
    plain.get_by_label("Column with the country").select_option("Country")
    plain.get_by_role("button", name="Add the step").click()
    expect(plain.locator("#panel .counts")).to_contain_text("120 changed")
    plain.goto(f"/datasets/{dataset.pk}/check/")
    expect(plain.get_by_role("heading", level=1)).to_contain_text("Ready")
    plain.get_by_label("Stop the export until every row is right.").check()
    plain.get_by_role("button", name="Set").click()
    plain.goto(f"/datasets/{dataset.pk}/export/")
    plain.get_by_role("button", name="Export now").click()
    wait_for(lambda: Export.objects.exclude(bundle="").exists())
    plain.reload()
    expect(plain.get_by_role("heading", name="Your bundle is ready")).to_be_visible()


# --- Files that come again ------------------------------------------------------------------------------------
def test_held_back_rows_come_back_corrected_and_a_newer_file_says_what_differs(
    site: Page, user, worker, axe, tmp_path: Path
):
    dataset = dataset_of(owner=user)
    add(dataset, "people.csv", "Code,Name,Email\nA1,Acme,a@acme.com\nA2,,b@beta.com\nA3,Gamma,c@gamma.com\n", user)
    target_services.accept_all(sheet=dataset.sheets.get())
    export(site, dataset)
    expect(site.get_by_role("heading", name="1 row was held back")).to_be_visible()
    with site.expect_download() as download:
        site.locator("section", has_text="held back").get_by_role("link").first.click()
    corrected = tmp_path / download.value.suggested_filename
    download.value.save_as(corrected)
    correct(corrected, "Beta")
    site.goto(f"/datasets/{dataset.pk}/")
    add_files(site, corrected)
    expect(site.get_by_text("1 row of people stand")).to_be_visible()
    export(site, dataset)
    assert list(sums(site)) == [[3, 3, 0, 0]]

    newer = tmp_path / "people.csv"
    newer.write_text("Code,Name,E-mail\nA1,Acme,a@acme.com\n", encoding="utf-8")
    site.goto(f"/datasets/{dataset.pk}/")
    site.locator("input[type=file]").set_input_files(newer)
    expect(site.get_by_text("version 2")).to_be_visible(timeout=PATIENCE)
    expect(site.get_by_text("people: 1 rows, 3 before.")).to_be_visible()
    expect(site.get_by_text("the columns 'Email' are gone")).to_be_visible()
    site.goto(f"/datasets/{dataset.pk}/check/")
    expect(site.get_by_label("'Email' in people is now")).to_have_value("E-mail")
    in_both_colours(site, axe)
    site.get_by_role("button", name="Use this column").click()
    site.goto(f"/datasets/{dataset.pk}/check/")
    expect(site.get_by_role("heading", level=1)).to_contain_text("Ready")


def correct(path: Path, name: str) -> None:
    """Put the missing name into the held-back row, as Excel would."""
    if path.suffix == ".csv":
        path.write_text(path.read_text("utf-8-sig").replace(",A2,,", f",A2,{name},"), encoding="utf-8-sig")
        return
    book = openpyxl.load_workbook(path)
    book.active["D2"] = name
    book.save(path)


# --- Jobs that end early --------------------------------------------------------------------------------------
def test_an_export_is_stopped_and_one_survives_a_killed_worker(site: Page, user, worker, monkeypatch):
    dataset = large(user)
    site.goto(f"/datasets/{dataset.pk}/export/")
    site.locator("#export-start").click()
    wait_for(lambda: Job.objects.filter(exports__dataset=dataset, status="running", done__gt=0).exists())
    site.get_by_role("button", name=re.compile("^Stop$")).click()
    expect(site.get_by_text("Cancelled. Nothing was changed.").first).to_be_visible(timeout=PATIENCE)
    assert not bundles()

    site.get_by_role("button", name="Try again").click()
    wait_for(lambda: Job.objects.filter(exports__dataset=dataset, status="running", done__gt=0).exists())
    worker.kill_task_process()
    with monkeypatch.context() as impatient:  # from here only: a live worker's heartbeat may be late
        impatient.setattr(jobs, "STALE_AFTER", timedelta(seconds=2 * jobs.HEARTBEAT_SECONDS))
        expect(site.get_by_text(jobs.STOPPED).first).to_be_visible()
    assert not bundles()
    assert not Export.objects.exclude(bundle="").exists()

    site.get_by_role("button", name="Try again").click()
    expect(site.get_by_role("heading", name="Your bundle is ready")).to_be_visible(timeout=2 * PATIENCE)
    assert len(bundles()) == 1


def large(user: object) -> Dataset:
    """A sheet that takes some seconds to export."""
    dataset = dataset_of(owner=user)
    lines = (f"C{n},COMPANY {n},{n} main street {n},+44 20 7{n % 10**6:06} ext. {n}" for n in range(250_000))
    add(dataset, "many.csv", "Code,Name,Street,Phone\n" + "\n".join(lines))
    sheet = dataset.sheets.get()
    target_services.accept_all(sheet=sheet)
    for column, slug in (("Name", "title_case"), ("Street", "title_case"), ("Phone", "phone_normalize")):
        step_services.add_step(sheet=sheet, column=column, slug=slug)
    return dataset


def bundles() -> list[Path]:
    return [path for path in Path(django_settings.MEDIA_ROOT).rglob("exports/*") if path.is_file()]


# --- Files, dropped and deleted -------------------------------------------------------------------------------
def test_files_are_dropped_on_the_box(site: Page, user):
    dataset = dataset_of(owner=user)
    site.goto(f"/datasets/{dataset.pk}/")
    carried = site.evaluate_handle("""() => {
        const carried = new DataTransfer();
        carried.items.add(new File(["Code,Name\\nA1,Acme\\n"], "dropped.csv", {type: "text/csv"}));
        carried.items.add(new File(["Code,Qty\\nA1,2\\n"], "also.csv", {type: "text/csv"}));
        return carried;
    }""")
    box = site.locator(".drop")
    box.dispatch_event("dragenter", {"dataTransfer": carried})
    expect(box).to_contain_class("is-over")
    box.dispatch_event("drop", {"dataTransfer": carried})
    expect(box).not_to_contain_class("is-over")
    for name in ("dropped.csv", "also.csv"):
        expect(site.get_by_role("heading", name=name)).to_be_visible()
    assert SourceFile.objects.get(dataset=dataset, name="dropped.csv").file.read() == b"Code,Name\nA1,Acme\n"


def test_files_and_sheets_are_deleted_on_the_page(site: Page, user):
    dataset = dataset_of("aggregated.xlsx", owner=user)
    site.goto(f"/datasets/{dataset.pk}/")
    site.locator("tr", has_text="Stock").get_by_role("button", name="Delete").click()
    site.get_by_role("button", name="Delete the sheet").locator("visible=true").click()
    expect(site.locator("tr", has_text="Stock")).to_have_count(0)
    site.get_by_role("button", name="Delete aggregated.xlsx").click()
    site.get_by_role("button", name="Delete the file").locator("visible=true").click()
    expect(site.get_by_role("heading", name="aggregated.xlsx")).to_have_count(0)
    assert not SourceFile.objects.filter(dataset=dataset).exists()

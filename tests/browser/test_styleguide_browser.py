"""The style guide in Chromium: accessible in both schemes and widths, and the keys do what the pages promise."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from migrator.styleguide import PAGES
from tests.browser_moves import patient

pytestmark = [pytest.mark.urls("tests.styleguide_urls"), pytest.mark.browser]

GUIDE = "/styleguide/"


def go(page: Page, name: str) -> None:
    page.goto(f"{GUIDE}{name}/")


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.textContent.trim()")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_every_page_is_accessible_and_fits(page, axe, width, scheme):
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    for address in [GUIDE, *(f"{GUIDE}{name}/" for name in PAGES)]:
        page.goto(address)
        axe(page)
        too_wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert too_wide <= 0, f"{address} is {too_wide} px wider than the window"


def test_slash_finds_a_column(page):
    go(page, "grid")
    page.keyboard.press("/")
    page.keyboard.type("credit")
    expect(page.get_by_role("option")).to_have_text(["Credit Limit"])
    page.keyboard.press("Enter")
    assert focused(page) == "Credit Limit"
    expect(page.get_by_role("columnheader", name="Credit Limit")).to_be_in_viewport()


def test_arrows_move_in_the_grid(page):
    go(page, "grid")
    page.get_by_role("gridcell", name="ACME001").click()
    page.keyboard.press("ArrowDown")
    assert focused(page) == "BETA002"
    page.keyboard.press("ArrowRight")
    assert focused(page) == "contact@beta.com"
    page.keyboard.press("Control+End")
    page.keyboard.press("Home")
    assert focused(page) == "Hill Supply"
    page.keyboard.press("Control+Home")
    assert focused(page) == "Company Name"


def test_escape_closes_the_panel_and_the_focus_stays_at_its_column(page):
    go(page, "grid-panel")
    expect(page.get_by_role("complementary", name="Email Address")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("complementary", name="Email Address")).to_have_count(0)
    assert focused(page) == "Email Address"
    expect(page.locator("td.is-current")).to_have_count(0)


def test_a_field_is_found_by_its_plain_and_its_technical_name(page):
    go(page, "mapping")
    picker = page.get_by_role("combobox", name="Field for Tags")
    picker.focus()
    options = page.get_by_role("listbox").get_by_role("option")
    expect(options.first).to_contain_text("88%")
    for words in ("remark", "comm", "Notes"):
        picker.fill(words)
        expect(options).to_have_text(["Notescomment"])
    page.keyboard.press("Escape")
    expect(picker).to_have_value("Tags (category_id/id)")


def test_a_failed_request_is_told(site):
    go(site, "findings")
    site.get_by_role("button", name="Trim spaces").click()
    expect(site.get_by_role("alert")).to_contain_text("This is no longer here")
    site.get_by_role("button", name="Close").click()
    expect(site.get_by_text("This is no longer here")).to_have_count(0)


def test_the_menu_of_a_step_closes_with_escape(page):
    go(page, "cleaning")
    page.get_by_label("More for Trim spaces").click()
    expect(page.get_by_role("button", name="Move down").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Move down").first).to_be_hidden()


def test_a_step_is_dragged_to_its_place(page):
    go(page, "cleaning")
    steps = page.locator("ol.steps", has_text="Lower case").locator("[data-item]")
    with page.expect_request(lambda request: request.method == "POST") as sent:
        steps.nth(0).locator("[data-grip]").drag_to(steps.nth(2), target_position={"x": 60, "y": 30})
    assert str(sent.value.post_data).rpartition("position=")[2] == "2"


def test_a_command_is_copied(page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    go(page, "export")
    page.get_by_role("region", name="Load it into Odoo").get_by_role("button", name="“Try”").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("odoo-migrate load run ")
    assert copied.endswith(" --test")


@pytest.mark.parametrize("name", ["grid", "mapping", "findings", "export"])
def test_pages_work_without_scripts(browser, live_server, name):
    context = patient(browser.new_context(base_url=live_server.url, java_script_enabled=False))
    page = context.new_page()
    go(page, name)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.locator("[data-copy]:visible, [data-grip]:visible").count() == 0
    context.close()

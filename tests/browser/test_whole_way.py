"""The whole way on the page, in Chromium with a real worker: upload, findings, mapping, cleaning, check, export."""

from __future__ import annotations

import csv
import re

from playwright.sync_api import Page, expect

from profiling.models import Sheet
from tests.browser_moves import accept_everything, export, in_both_colours, press_all, sums, upload

FIXES = ("Make lower case", "Write phone numbers internationally", "Write countries as codes", "Read as dates",
         "Read as amounts", "Make it yes or no")  # fmt: skip


def test_a_newcomer_goes_the_whole_way(site: Page, worker, axe):
    dataset = upload(site, "Northwind move", "messy_customers.xlsx")
    sheet = Sheet.objects.get(dataset=dataset)
    in_both_colours(site, axe)

    site.get_by_role("link", name=re.compile("^Findings")).first.click()
    expect(site.get_by_text("47 emails have spaces")).to_be_visible()
    expect(site.get_by_text("12 phone numbers are in 3 formats")).to_be_visible()
    in_both_colours(site, axe)
    press_all(site, re.compile("^Fix .* safe"))
    for label in FIXES:
        press_all(site, re.compile(f"^{label}$"))
    expect(site.get_by_role("heading", level=1)).to_have_text("Nothing left to look at")

    site.get_by_role("link", name=re.compile("^Mapping")).first.click()
    expect(site.locator("#map-2")).to_contain_text("Email")
    expect(site.get_by_text("suggestions wait for your yes")).to_be_visible()
    in_both_colours(site, axe)
    accept_everything(site, dataset)
    expect(site.get_by_text("Every row becomes a contact")).to_be_visible()
    constant(site, "Is a Company", "1")

    site.goto(f"/datasets/{dataset.pk}/sheets/{sheet.pk}/columns/2/")
    expect(site.locator("#panel")).to_contain_text("becomes Email of a contact")
    expect(site.locator("#panel .counts")).to_contain_text("83 changed")
    expect(site.locator("#panel .preview li").first).to_contain_text("Info@Acme.Com")
    expect(site.locator("#row-2")).to_contain_text("Acme Corp")
    in_both_colours(site, axe)

    site.get_by_role("link", name=re.compile("^Check")).first.click()
    # States were among the safe fixes, so that nothing is left to mend here.
    expect(site.get_by_role("heading", level=1)).to_contain_text("Ready")
    in_both_colours(site, axe)
    assert list(sums(site)) == [[120, 120, 0, 0]]

    bundle = export(site, dataset)
    in_both_colours(site, axe)
    lines = bundle.read("data/raw/messy_customers.csv").decode().splitlines()
    assert len(lines) == 121
    first = next(csv.DictReader(lines))
    cleaned = [first[title] for title in ("Company Name", "Customer Code", "Email Address", "Phone")]
    assert cleaned == ["Acme Corp", "ACME001", "info@acme.com", "+15551234567"]
    mapping = bundle.read("config/mappings/res.partner.yml").decode()
    assert 'is_company: { value: "1" }' in mapping
    assert 'id: "migr.partner.{Customer Code}"' in mapping


def constant(site: Page, label: str, value: str) -> None:
    """Give every record of the sheet the same value."""
    site.get_by_text("Add a value").click()
    site.get_by_label("Field", exact=True).fill(label)
    site.keyboard.press("Enter")
    site.get_by_label("Value", exact=True).fill(value)
    site.get_by_role("button", name="Add", exact=True).click()
    expect(site.locator(".constant", has_text=label)).to_contain_text(value)

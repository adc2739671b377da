"""Walking through the portal as a person does, in a browser: the moves that several tests share."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from playwright.sync_api import BrowserContext, Error, Locator, Page, expect

from profiling.models import Dataset, Sheet
from tests.worker import wait_for

SAMPLES = Path(__file__).parent / "samples"
PATIENCE = 60_000  # milliseconds: a worker has to start, and the machine may have more to do than this
SCRIPTLESS = "html:not(.js)"  # the page while its scripts are on the way
STATIONS = ("", "findings/", "mapping/", "cleaning/", "check/", "export/", "settings/", "delete/")

Axe = Callable[[Page], None]


def patient(context: BrowserContext) -> BrowserContext:
    """A context whose pages wait as long as the tests do; what is slow is not wrong."""
    context.set_default_timeout(PATIENCE)
    return context


def upload(site: Page, name: str, *files: str, country: str = "US") -> Dataset:
    """Make a dataset on the page and upload sample files; wait until they have been read."""
    site.goto("/datasets/new/")
    site.get_by_label("Name").fill(name)
    site.get_by_label("Country").select_option(country)
    site.get_by_role("button", name="Go on to the files").click()
    add_files(site, *(SAMPLES / file for file in files))
    return Dataset.objects.get(name=name)


def add_files(site: Page, *paths: Path) -> None:
    """Upload files on the Files page and wait until they have been read."""
    site.locator("input[type=file]").set_input_files(list(paths))  # the script sends them at once
    for path in paths:
        expect(site.get_by_role("heading", name=path.name)).to_be_visible(timeout=PATIENCE)
    expect(site.locator("table th[scope=row]").first).to_be_visible(timeout=PATIENCE)
    expect(site.locator("progress:visible")).to_have_count(0, timeout=PATIENCE)


def press_all(site: Page, name: re.Pattern[str], within: str = "main") -> int:
    """Press the button of that name again and again until there is none; how often."""
    buttons, pressed = site.locator(within).get_by_role("button", name=name), 0
    while labels := buttons.all_inner_texts():
        buttons.first.click()
        wait_for(lambda former=labels: _labels(buttons) not in (None, former))
        site.wait_for_load_state()  # between two pages there is no button either
        pressed += 1
    return pressed


def _labels(buttons: Locator) -> list[str] | None:
    """What the buttons say; None while the page is changing."""
    try:
        return buttons.all_inner_texts()
    except Error:
        return None


def accept_everything(site: Page, dataset: Dataset) -> None:
    """Accept all suggestions, sheet by sheet."""
    for sheet in Sheet.objects.filter(dataset=dataset, skip=False):
        site.goto(f"/datasets/{dataset.pk}/mapping/?sheet={sheet.pk}")
        press_all(site, re.compile("^Accept (.* sure|the other)"))


def export(site: Page, dataset: Dataset) -> zipfile.ZipFile:
    """Export on the page, and take the bundle away; its SHA-256 is the one that the page shows."""
    site.goto(f"/datasets/{dataset.pk}/export/")
    former = [digest.get_attribute("id") for digest in site.locator("[id^=sha-]").all()]
    site.locator("#export-start").click()
    newest = site.locator(f"[id^=sha-]:not(#{former[0]})") if former else site.locator("[id^=sha-]")
    expect(newest).to_be_visible(timeout=PATIENCE)
    expect(site.get_by_role("heading", name="Your bundle is ready")).to_be_visible()
    with site.expect_download() as download:
        site.get_by_role("link", name="Download", exact=True).first.click()
    raw = Path(download.value.path()).read_bytes()
    assert hashlib.sha256(raw).hexdigest() == site.locator("[id^=sha-]").first.inner_text()
    return zipfile.ZipFile(io.BytesIO(raw))


def sums(site: Page) -> Iterator[list[int]]:
    """Rows in, to Odoo, held back, removed: the lines of the table that the page shows."""
    table = site.get_by_role("table", name="Where the rows of each sheet go")
    for line in table.locator("tbody tr").all():
        yield [int(cell.replace(",", "")) for cell in line.locator("td").all_inner_texts()]


def addresses(dataset: Dataset) -> list[str]:
    """Every page of a dataset (of its sheets those of the first, besides the mappings), and those of a person."""
    found = [f"/datasets/{dataset.pk}/{station}" for station in STATIONS]
    sheets = list(Sheet.objects.filter(dataset=dataset, skip=False))
    here = f"/datasets/{dataset.pk}/sheets/{sheets[0].pk}/"
    found += [here, f"{here}titles/", f"{here}columns/0/", f"{here}columns/0/steps/", f"{here}steps/"]
    found += [f"/datasets/{dataset.pk}/mapping/?sheet={sheet.pk}" for sheet in sheets]
    found += [f"/datasets/{dataset.pk}/lookups/{table.name}/" for table in dataset.relationships.all()]
    return ["/", "/datasets/new/", "/account/", *found]


def in_both_colours(site: Page, axe: Axe) -> None:
    """Hold the page to the rules of accessibility, light and dark."""
    for scheme in ("dark", "light"):
        site.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        axe(site)


def overflows(site: Page) -> bool:
    """Whether the page is wider than the window."""
    return bool(site.evaluate("document.documentElement.scrollWidth > innerWidth + 1"))

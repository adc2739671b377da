"""Every page template with made-up content: it renders, keeps the rules of the house, and passes in a browser."""

from __future__ import annotations

import gzip
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings

from migrator import icons
from migrator.styleguide import PAGES

pytestmark = [pytest.mark.urls("tests.styleguide_urls"), pytest.mark.django_db]

TEMPLATES = sorted(Path(settings.BASE_DIR, "templates").rglob("*.html"))
STATIC = Path(settings.BASE_DIR, "static")
ADDRESSES = ["/styleguide/", *(f"/styleguide/{name}/" for name in PAGES)]


class Tags(HTMLParser):
    """Every start tag of a page with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, {name: value or "" for name, value in attrs}))


@pytest.fixture(params=ADDRESSES)
def html(request, client):
    answer = client.get(request.param)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_page_keeps_the_rules(html):
    tags = Tags(html).found
    ids = [attrs["id"] for _, attrs in tags if "id" in attrs]
    assert len(ids) == len(set(ids)), sorted(one for one in ids if ids.count(one) > 1)
    for tag, attrs in tags:
        assert "style" not in attrs, (tag, attrs)
        assert not any(name.startswith(("on", "hx-on")) for name in attrs), (tag, attrs)
        assert tag != "script" or attrs.get("src"), "scripts come from files"
        without_script = attrs.get("href") or attrs.get("action") is not None or "hx-trigger" in attrs
        assert without_script or not {"hx-get", "hx-post"} & attrs.keys(), (tag, attrs)
    assert "{#" not in html
    assert "{%" not in html
    assert html.count("<h1") == 1


@pytest.mark.parametrize("name", PAGES)
def test_one_filled_button_at_most(client, name):
    """It is the next thing to do."""
    tags = Tags(client.get(f"/styleguide/{name}/").content.decode()).found
    assert sum("button-primary" in attrs.get("class", "").split() for _, attrs in tags) <= 1


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_say_it_in_plain_words(path):
    shown = re.sub(r"(?s){% comment %}.*?{% endcomment %}|{#.*?#}", "", path.read_text())
    words = re.sub(r"(?s){%.*?%}|{{.*?}}|<[^>]*>", " ", shown)
    assert not re.findall(r"\b(?:null|regex|dtype|schema|entity|parse[dr]?|job id)\b", words, re.I)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_the_sprite_holds_every_icon(path):
    text = path.read_text()
    named = re.findall(r'{% icon "([^"]+)"', text) + re.findall(r'icon_name="([^"]+)"', text)
    assert set(named) <= icons.names()


def test_a_page_is_light():
    """Styles and scripts together, the font apart."""
    weight = sum(file.stat().st_size for file in [*STATIC.glob("css/*.css"), *STATIC.glob("js/*.js")])
    assert weight < 180_000
    fonts = sum(file.stat().st_size for file in STATIC.glob("fonts/*.woff2"))
    assert fonts < 100_000


def test_the_largest_page_stays_small(client):
    assert len(gzip.compress(client.get("/styleguide/grid-panel/").content)) < 20_000


def test_nothing_comes_from_elsewhere():
    for file in [*STATIC.glob("css/*.css"), STATIC / "js/app.js"]:
        assert not re.findall(r"https?://(?!www\.w3\.org/2000/svg)", file.read_text()), file.name


def test_the_guide_is_not_served_otherwise(client, settings):
    settings.ROOT_URLCONF = "migrator.urls"
    assert client.get("/styleguide/").status_code in (302, 404)

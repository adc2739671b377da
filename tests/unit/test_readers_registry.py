"""The registry of readers: what is offered for upload is what can be read."""

import re
from pathlib import Path

import pytest
from django.template.loader import render_to_string

from engine.readers import READERS, accepted_endings, accepted_kinds
from tests.source_files import read

# A file of each kind, whose table is the one cell "x", under the first ending of its reader.
TABLES = Path(__file__).parents[1] / "data" / "kinds_of_files"


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.endings[0])
def test_files_are_read_under_every_ending_of_their_kind(reader):
    content = (TABLES / f"table.{reader.endings[0]}").read_bytes()
    assert [read(content, f"table.{ending}") for ending in reader.endings] == [[["x"]]] * len(reader.endings)


def test_an_ending_belongs_to_one_reader():
    assert len(accepted_endings()) == len(set(accepted_endings()))


def test_the_upload_field_offers_what_can_be_read():
    page = render_to_string("components/drop.html", {"upload_url": "#"})
    [accept] = re.findall(r'accept="([^"]*)"', page)
    assert accept.split(",") == accepted_endings()
    assert f"{accepted_kinds()}." in page


def test_the_kinds_are_one_phrase():
    names = list(dict.fromkeys(reader.short_name for reader in READERS))
    assert (names[:2], names[-2:]) == (["Excel", "OpenDocument"], ["CSV", "a zip of them"])
    assert accepted_kinds() == ", ".join(names[:-1]) + ", or a zip of them"

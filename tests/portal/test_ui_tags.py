"""The template tags of every page: what they write, in whose language, and that no text gets through as HTML."""

from __future__ import annotations

import datetime as dt
import re
from html.parser import HTMLParser
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from migrator import cell_html, icons
from migrator.middleware import reader_locale
from migrator.templatetags import ui


def render(source: str, **context: object) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


def in_language(header: str, source: str, **context: object) -> str:
    """`source` rendered while a request with this Accept-Language is answered."""
    request = RequestFactory().get("/", headers={"accept-language": header})
    request.user = AnonymousUser()
    answer = reader_locale.LocaleMiddleware(lambda _: HttpResponse(render(source, **context)))(request)
    return answer.content.decode()


class Text(HTMLParser):
    """The text of some HTML, and the tags in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.tags = "", []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


# --- Spaces ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Acme Corp", "Acme Corp"),
        ("  Acme Corp ", "··Acme Corp·"),
        ("Acme  Corp", "Acme··Corp"),
        ("Acme\u00a0Corp", "Acme·Corp"),
        ("a\tb", "a⇥b"),
        ("12 Main St\nBrussels", "12 Main St↵Brussels"),
        ("zero\u200bwidth", "zero¦width"),
        ("   ", "···"),
        ("", ""),
    ],
)
def test_spaces_that_matter_are_drawn(text, seen):
    assert Text(cell_html.visible_spaces(text)).text == seen


def test_a_run_of_spaces_is_one_element():
    assert cell_html.visible_spaces("  a") == '<span class="sp">··</span>a'


@given(st.text())
def test_visible_spaces_escapes_everything(text):
    shown = Text(cell_html.visible_spaces(text))
    assert set(shown.tags) <= {"span"}
    assert len(shown.text) == len(text.replace("\x00", "\ufffd")) or "\r" in text or "\x00" in text


def test_markup_in_a_cell_stays_text():
    assert cell_html.visible_spaces("<b>  x") == '&lt;b&gt;<span class="sp">··</span>x'


# --- Before and after -----------------------------------------------------------------------------------------
def test_only_what_changed_is_marked():
    html = cell_html.diff_cell("  Acme Corp", "Acme Corp")
    assert "<del><mark>" in html
    assert "<ins>Acme Corp</ins>" in html
    assert Text(html).text == "··Acme Corp→Acme Corp"


def test_case_is_marked_letter_by_letter():
    old, new = cell_html.pieces("Info@Acme.Com", "info@acme.com")
    assert [text for text, changed in old if changed] == ["I", "A", "C"]
    assert [text for text, changed in new if changed] == ["i", "a", "c"]


def test_texts_with_little_in_common_are_not_marked_at_all():
    assert cell_html.pieces("12/06/2015", "2015-12-06") != ()
    assert cell_html.pieces("USA", "Deutschland") == ((("USA", False),), (("Deutschland", False),))


def test_an_unchanged_cell_is_only_its_text():
    assert cell_html.diff_cell("Beta", "Beta") == "Beta"


def test_a_cell_that_was_filled_or_emptied_says_so():
    assert Text(cell_html.diff_cell("", "US")).text == "empty→US"
    assert Text(cell_html.diff_cell("N/A", "")).text == "N/A→empty"


def test_a_cell_that_could_not_be_converted_says_why():
    html = cell_html.diff_cell("hello@chase", "hello@chase", "the part after @ has no dot")
    assert 'title="the part after @ has no dot"' in html
    assert Text(html).text == "hello@chase"


@given(st.text(max_size=60), st.text(max_size=60))
def test_the_pieces_make_up_the_texts(before, after):
    old, new = cell_html.pieces(before, after)
    assert "".join(text for text, _ in old) == before
    assert "".join(text for text, _ in new) == after


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_gets_through_as_markup(before, after):
    assert set(Text(cell_html.diff_cell(before, after)).tags) <= {"span", "del", "ins", "mark"}


def test_a_grid_cell_names_its_column_and_its_state():
    column = SimpleNamespace(title='E-mail "new"', is_number=False, is_current=True, is_first=False)
    cell = SimpleNamespace(before=" a@b.be", after="a@b.be", reason="", note="has spaces")
    html = cell_html.grid_cells([cell], [column])
    assert 'class="is-current is-changed is-marked"' in html
    assert 'data-title="E-mail &quot;new&quot;"' in html
    assert 'title="has spaces"' in html
    assert Text(cell_html.grid_cells([cell], [column], "before")).text == "·a@b.be"
    assert Text(cell_html.grid_cells([cell], [column], "after")).text == "a@b.be"


# --- Numbers and times ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("header", "seen"),
    [
        ("en-US,en;q=0.9", "1,234,567.5"),
        ("de-DE,de;q=0.9,en;q=0.5", "1.234.567,5"),
        ("fr", "1\u202f234\u202f567,5"),
        ("xx-klingon, it;q=0.4", "1.234.567,5"),
        ("de-QQ", "1.234.567,5"),
        ("", "1,234,567.5"),
        ("*;q=nonsense;;;", "1,234,567.5"),
    ],
)
def test_numbers_are_written_as_the_reader_does(header, seen):
    assert in_language(header, "{{ n|number }}", n=1234567.5) == seen


@given(st.text(alphabet=st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=80))
def test_no_language_header_breaks_a_page(header):
    assert reader_locale.preferred(header)


def test_the_language_ends_with_the_request():
    in_language("de", "{{ 1|number }}")
    assert reader_locale.current() == reader_locale.DEFAULT


def test_times_are_in_the_readers_zone_and_language():
    moment = dt.datetime(2026, 11, 22, 17, 30, tzinfo=dt.UTC)
    with timezone.override(ZoneInfo("Europe/Brussels")):
        assert ui.when(moment).replace("\u202f", " ") == "Nov 22, 2026, 6:30 PM"
        assert ui.when(moment, "time").replace("\u202f", " ") == "6:30 PM"
        assert ui.when(moment, "date") == "Nov 22, 2026"
    assert in_language("de", "{{ day|when }}", day=dt.date(2026, 11, 22)) == "22.11.2026"
    assert ui.when(None) == ""


@pytest.mark.parametrize(
    ("share", "seen"), [(0.984, "98%"), (1, "100%"), (0.9999, "99%"), (0.0001, "1%"), (0, "0%"), (None, "")]
)
def test_a_share_never_claims_all_or_nothing(share, seen):
    assert ui.percent(share) == seen


@pytest.mark.parametrize(
    ("size", "seen"),
    [(0, "0 B"), (999, "999 B"), (1_400_000, "1.4 MB"), (147_000_000, "147 MB"), (2**31, "2.1 GB")],
)
def test_file_sizes(size, seen):
    assert ui.file_size(size).replace("\u00a0", " ") == seen


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ('{% count 1 "row" %}', "1 row"),
        ('{% count 0 "row" %}', "0 rows"),
        ('{% count 1200 "country" "countries" %}', "1,200 countries"),
    ],
)
def test_counted_things(source, seen):
    assert render(source) == seen


@pytest.mark.parametrize(("name", "seen"), [("Jane Doe", "JD"), ("jane.doe@x.be", "JD"), ("demo", "D"), ("", "?")])
def test_initials(name, seen):
    assert ui.initials(name) == seen


# --- Icons and charts -----------------------------------------------------------------------------------------
def test_an_icon_is_decoration_unless_it_is_named():
    assert 'aria-hidden="true"' in icons.icon("check")
    assert 'role="img" aria-label="Done"' in icons.icon("check", "Done")


def test_an_unknown_icon_is_refused():
    with pytest.raises(TemplateSyntaxError, match="no icon 'unicorn'"):
        icons.icon("unicorn")


def test_every_kind_of_column_has_an_icon():
    assert {name for name, _ in ui.KINDS.values()} <= icons.names()


def test_bars_are_drawn_to_the_longest_and_the_rest_is_counted():
    html = render('{% bar_chart items "Formats" limit=2 mono=True %}', items=[("aa@a", 50), ("A@a", 25), ("x", 1)])
    assert re.findall(r'chart-value" width="([\d.]+)%"', html) == ["100.0", "50.0"]
    assert "and 1 more" in html
    assert 'aria-label="Formats"' in html


def test_shares_fill_up_to_one():
    html = render('{% bar_chart items "How clean" shares=True %}', items=[("Email", 0.61)])
    assert 'width="61.0%"' in html
    assert "61%" in html


def test_charts_of_nothing_do_not_fail():
    assert render('{% bar_chart items "Nothing" %}{% sparkline items "Nothing" %}{% fill_bar 0 0 %}', items=[])


def test_a_sparkline_and_a_bar_have_words():
    html = render('{% sparkline points "Rows of the last 3 exports: 1, 5, 3" %}{% fill_bar 97 120 %}', points=[1, 5, 3])
    assert 'aria-label="Rows of the last 3 exports: 1, 5, 3"' in html
    assert 'aria-label="81% filled"' in html


def test_no_suggestion_is_a_dash():
    assert "—" in render("{% confidence share %}", share=None)
    assert "fill-attention" in render("{% confidence share %}", share=0.88)

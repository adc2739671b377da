"""Steps on text that came out of a web page: tags and entities."""

from __future__ import annotations

import html

import pyarrow as pa
import pyarrow.compute as pc
import regex

from engine.steps.column_kernels import convert_where
from engine.steps.step import ColumnStep, Context, Example, Outcome

# Only names that HTML has are tags, so that `a < b` and `<info@acme.com>` survive.
_NAMES = (
    "a|abbr|address|article|aside|b|big|blockquote|body|br|button|caption|center|cite|code|col|colgroup|dd|del|"
    "div|dl|dt|em|fieldset|figcaption|figure|font|footer|form|h[1-6]|head|header|hr|html|i|iframe|img|input|ins|"
    "kbd|label|legend|li|link|main|mark|meta|nav|noscript|object|ol|optgroup|option|p|param|pre|q|s|samp|section|"
    "select|small|source|span|strike|strong|style|sub|sup|table|tbody|td|textarea|tfoot|th|thead|title|tr|tt|u|ul|"
    "var|video|wbr|o:p|script"
)
_HIDDEN = regex.compile(  # stopping at the next opening keeps unclosed ones from taking for ever
    r"<(script|style)\b[^<>]*>(?:(?!<\1).)*?</\1\s*>|<!--(?:(?!<!--).)*?-->|<!doctype[^<>]*>", regex.I | regex.S
)
_BREAK = regex.compile(r"<br\s*/?>|</(?:p|div|li|tr|h[1-6])\s*>", regex.I)
_TAG = regex.compile(rf"</?(?:{_NAMES})(?:\s[^<>]*)?/?>", regex.I)
MOST_ROUNDS = 10  # one is enough for nearly every page; each further one may uncover tags again


def without_tags(text: str) -> str:
    """Return the text without HTML tags; breaks and ends of paragraphs become line breaks.

    What a removed tag leaves behind may be a tag again; text in which that does not end after MOST_ROUNDS is no web
    page and stays.
    """
    before = text
    for _ in range(MOST_ROUNDS):
        after = _TAG.sub("", _BREAK.sub("\n", _HIDDEN.sub("", before)))
        if after == before:
            if after == text:
                return text
            return after.strip("\n")  # what the paragraphs at both ends left
        before = after
    return text


class StripTags(ColumnStep):
    """Remove HTML tags; `<br>` becomes a line break, `a < b` and addresses in angle brackets stay."""

    slug = "strip_tags"
    label = "Remove web page tags"
    help = "Removes tags such as <b> that came from a web page; <br> becomes a line break."
    group = "text"
    phase = "tags"
    kernel = True
    examples = (
        Example(("<p>Hello <b>you</b></p>", "one<br>two", "a < b", ""), ("Hello you", "one\ntwo", "a < b", "")),
        Example(("<info@acme.com>", "5 <6 and 7> 3"), ("<info@acme.com>", "5 <6 and 7> 3")),
    )

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        """Look closely at cells with `<` alone."""
        return Outcome(convert_where(values, pc.match_substring(values, "<"), without_tags))


class UnescapeHtml(ColumnStep):
    """Turn `&amp;` into `&` and its like; not idempotent, since `&amp;amp;` takes two runs."""

    slug = "unescape_html"
    label = "Turn &amp; into &"
    help = "Turns the codes of web pages into the characters they stand for: &amp; becomes &."
    group = "text"
    phase = "markup"
    idempotent = False
    kernel = True
    examples = (
        Example(
            ("Smith &amp; Sons", "M&uuml;ller", "R&D", "&#8364; 5", ""),
            ("Smith & Sons", "Müller", "R&D", "€ 5", ""),
        ),
    )

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        """Look closely at cells with `&` alone."""
        return Outcome(convert_where(values, pc.match_substring(values, "&"), html.unescape))


STEPS = (StripTags, UnescapeHtml)

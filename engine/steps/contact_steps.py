"""Steps on email and web addresses."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from engine.steps.reading_step import ReadingStep, by_row, merged
from engine.steps.step import ColumnStep, Context, Example, Outcome
from engine.steps.step_parameters import Param
from engine.values import NotRead, emails

# Scheme, host, and all behind the host (RFC 3986, appendix B).
_WEB = re.compile(r"(?:([A-Za-z][A-Za-z0-9+.-]*)://)?([^/?#]*)(.*)", re.DOTALL)
# Some hosts have an underscore in their names, against RFC 1123, and browsers open them.
_LABEL = r"[^\W_](?:[^\W_]|[-_](?=[^\W]))*"
_HOST = re.compile(rf"(?:{_LABEL}\.)+(?:[^\W\d_]{{2,}}|xn--[a-z0-9-]+)(?::[0-9]{{1,5}})?")
# Only with a scheme in front: alone, four numbers may be a version.
_NUMERIC_HOST = re.compile(r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?::[0-9]{1,5})?")


class EmailClean(ReadingStep):
    """Write one bare address; what is no address, or several, stays."""

    slug = "email_clean"
    label = "Clean email addresses"
    help = "Takes mailto:, names, brackets and full stops away from email addresses and writes the domain small."
    group = "contact"
    writes = "email"
    # Not safe: the name in front of an address is lost.
    examples = (
        Example(
            (
                "mailto:Info@Example.COM",
                "Ann Lee <ann@example.com>",
                " a@b.com. ",
                "a@@b,com",
                "a@b.com, c@d.com",
                "",
            ),
            ("Info@example.com", "ann@example.com", "a@b.com", "a@@b,com", "a@b.com, c@d.com", ""),
            {},
            (3, 4),
        ),
    )

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        """Pass over cells that are clean already, as nearly all are, and read the others one by one."""
        # Blank cells match too, so they are passed over as well.
        others = pc.invert(pc.match_substring_regex(values, rf"^(?:{emails.CLEAN})?\z"))
        return merged(values, [(others, super().apply(values.filter(others), context))])

    def read(self, text: str, context: Context) -> str:
        return emails.clean(text)


class EmailSplit(ColumnStep):
    """Keep the first address and move the others to a column of their own, `;` between them.

    A cell with a part that is no address stays whole.
    """

    slug = "email_split"
    label = "Separate several emails"
    help = "Keeps the first of several email addresses in the cell and moves the others to a new column."
    group = "contact"
    writes = "email"
    phase = "parts"
    safe = True
    params = (Param("rest_to", "new_column", "New column for the others", default="Other emails"),)
    examples = (
        Example(
            ("a@b.com, c@d.com; e@f.com", "a@b.com", "", "a@b.com, tbd"),
            ("a@b.com", "a@b.com", "", "a@b.com, tbd"),
            {},
            (3,),
            added={"Other emails": ("c@d.com;e@f.com", "", "", "")},
        ),
    )
    rest_to: str

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        return by_row([values], self._split, [self.rest_to])

    def _split(self, text: str) -> tuple[str, str]:
        first, *others = emails.split(text)
        return first, ";".join(others)


class UrlClean(ReadingStep):
    """Write scheme and host in lower case, the rest as it is, since capitals may matter there.

    An address without a scheme gets one: Odoo would put http:// in front by itself, and so the stored value is the one
    sent.
    """

    slug = "url_clean"
    label = "Clean web addresses"
    help = "Writes web addresses one way: HTTPS://WWW.Acme.com becomes https://www.acme.com."
    group = "contact"
    writes = "url"
    safe = True
    params = (
        Param(
            "scheme",
            "choice",
            "In front where nothing is",
            default="http",
            choices=(("http", "http://"), ("https", "https://"), ("none", "nothing")),
        ),
    )
    examples = (
        Example(
            ("HTTPS://WWW.Acme.com/Über?Q=A", "www.acme.com", "http://acme.com", "ann@acme.com", "n/a", ""),
            ("https://www.acme.com/Über?Q=A", "http://www.acme.com", "http://acme.com", "ann@acme.com", "n/a", ""),
            {},
            (3, 4),
        ),
        Example(("www.Acme.com",), ("www.acme.com",), {"scheme": "none"}),
    )
    scheme: str

    def read(self, text: str, context: Context) -> str:
        """Return the address; its path, query and the rest keep their capitals."""
        address = text.strip()
        found = _WEB.fullmatch(address)
        if not found or " " in address or not address.isprintable():
            raise NotRead("it is not a web address")
        scheme, host, rest = found.groups()
        if scheme and scheme.lower() not in ("http", "https", "ftp"):
            raise NotRead(f"'{scheme}:' does not lead to a web page")
        # To a browser `ann@acme.com` is a host with a user's name in front (RFC 3986).
        if "@" in host:
            raise NotRead("it is an email address, not a web address")
        if not (_HOST.fullmatch(host.lower()) or (scheme and _NUMERIC_HOST.fullmatch(host))):
            raise NotRead("it is not a web address")
        if not scheme and self.scheme == "none":
            return f"{host.lower()}{rest}"
        return f"{(scheme or self.scheme).lower()}://{host.lower()}{rest}"


STEPS = (EmailClean, EmailSplit, UrlClean)

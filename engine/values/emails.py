"""Email addresses: what is one, and what people put around it."""

from __future__ import annotations

import re
from functools import cache

from engine.values import NotRead
from engine.values.languages import pattern

# The unquoted form of RFC 5322 with letters of any script (RFC 6531); quoted mailboxes are hardly ever in use.
_LOCAL = r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*"
_LABEL = r"[^\W_](?:[^\W_]|-)*"
_TOP = r"(?:[^\W\d_]{2,}|[Xx][Nn]--[A-Za-z0-9-]+)"
_ADDRESS = re.compile(rf"({_LOCAL})@((?:{_LABEL}(?<!-)\.)+{_TOP})")

# Nearly every address, short enough to keep the limits below; CLEAN has its domain in lower case, and whole-column
# kernels understand it too.
_COMMON_FORM = (
    "[A-Za-z0-9_%+-]{{1,30}}(?:[.][A-Za-z0-9_%+-]{{1,10}}){{0,3}}"
    "@(?:[{0}0-9]{{1,20}}(?:-[{0}0-9]{{1,20}})?[.]){{1,3}}[{0}]{{2,12}}"
)
CLEAN = _COMMON_FORM.format("a-z")
_COMMON = re.compile(_COMMON_FORM.format("A-Za-z"))
_LOCAL_LENGTH, _LENGTH = 64, 254  # RFC 5321

_MAILTO = re.compile(r"(?:mailto:\s*)+(.*?@[^?@]*)(?:\?.*)?", re.IGNORECASE | re.DOTALL)
_BRACKETED = re.compile(r"[^<>@]*<([^<>]*)>", re.DOTALL)
_QUOTED = re.compile(r"[\"'`“”‘’](.*)[\"'`“”‘’]", re.DOTALL)
_TRAILING = " \t\r\n.,;"

# Services where anybody has a mailbox: as a web address, their domain is that of no customer. The page of a partner is
# deeper than the domain. A pattern for whole-column kernels; case is ignored.
MAIL_SERVICES = (
    r"(?i)^\s*(?:https?://)?(?:www\.)?(?:gmail|googlemail|hotmail|outlook|live|msn|yahoo|ymail|rocketmail|aol|icloud|me"
    r"|mac|gmx|web|t-online|freenet|arcor|mail|protonmail|proton|pm|zoho|yandex|qq|163|126|orange|wanadoo|free|laposte"
    r"|sfr|libero|virgilio|tiscali|alice|telefonica|terra|sapo|uol|bol|ziggo|kpnmail|planet|xs4all|hetnet|skynet|telenet"
    r"|bluewin|sunrise|btinternet|ntlworld|sky|virginmedia|comcast|verizon|att|sbcglobal|bellsouth|cox|rogers"
    r"|shaw|sympatico|bigpond|optusnet|seznam|centrum|wp|o2|interia|onet|rediffmail)"
    r"\.(?:com?|de|at|ch|fr|es|it|nl|be|pt|net|org|me|eu|ru|cn|pl|cz|ca|com\.(?:au|br|mx|ar)|co\.(?:uk|in|jp))/?\s*$"
)


@cache
def _separators() -> re.Pattern[str]:
    """Return what stands between addresses: signs, words between spaces, the space before a word with an @ in it."""
    signs = r"[;,|\r\n\t]+|:{2,}|<br\s*/?>|\s+[/&+*·•–—-]+\s+|/(?=[^\s/@]+@)"
    return re.compile(rf"{signs}|\s+{pattern('between_phones')}\s+|\s+(?=[^\s<>]*@)", re.IGNORECASE)


def is_valid(text: str) -> bool:
    """Tell whether a text is one email address and nothing else: no spaces, no brackets.

    Letters of any script may be in it; whether the mailbox exists is another question.
    """
    if _COMMON.fullmatch(text):
        return True
    found = _ADDRESS.fullmatch(text)
    return bool(found and len(found[1]) <= _LOCAL_LENGTH and len(text) <= _LENGTH)


def clean(text: str) -> str:
    """Return the bare address of `mailto:Info@Example.COM`, `Ann <ann@example.com>` or `ann@example.com.`.

    Its domain is in lower case; the part before the @ stays, since mail servers may tell capitals apart.

    Raises:
        NotRead: it is no address, or several.
    """
    # A column's time goes here: nearly every cell has this form.
    if _COMMON.fullmatch(text):
        at = text.index("@")
        return text[:at] + text[at:].lower()
    bare = _bare(text)
    address = _with_lower_domain(bare)
    if is_valid(address):
        return address
    raise NotRead(_why(text, bare))


def split(text: str) -> list[str]:
    """Return the addresses of a cell in their order, each as `clean` writes it.

    Raises:
        NotRead: a part of the cell is no address.
    """
    try:
        return [clean(text)]
    except NotRead:
        parts = _parts(text)
        if len(parts) < 2:
            raise
    return list(dict.fromkeys(map(_cleaned_part, parts)))


def _parts(text: str) -> list[str]:
    """Return what separators leave of a cell, but for parts of nothing but punctuation."""
    return [part for part in _separators().split(text) if part.strip(_TRAILING)]


def _cleaned_part(part: str) -> str:
    address = _with_lower_domain(_bare(part))
    if not is_valid(address):
        raise NotRead(f"'{part.strip()}' in it is not an email address")
    return address


def _with_lower_domain(address: str) -> str:
    mailbox, _, domain = address.rpartition("@")
    return f"{mailbox}@{domain.lower()}"


def _bare(text: str) -> str:
    """Return the text without what is put around an address; taken off until nothing is left to take."""
    before, bare = None, text
    while bare != before:
        before, bare = bare, bare.strip().rstrip(_TRAILING)
        for wrapping in (_MAILTO, _BRACKETED, _QUOTED):
            wrapped = wrapping.fullmatch(bare)
            if wrapped:
                bare = wrapped[1]
    return bare


def _why(text: str, bare: str) -> str:
    if "@" not in bare:
        return "it has no @, so it is not an email address"
    parts = _parts(text)
    if len(parts) > 1 and all(map(is_valid, map(_bare, parts))):
        return "it holds more than one email address"
    return "it is not a valid email address"

"""Postal codes as each country writes them."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from engine.values import NotRead

# Country: what a code looks like without spaces and hyphens, and how its parts are written.
_FORMS = {
    "US": ("([0-9]{5})([0-9]{4})?", "-"),
    **dict.fromkeys(["GB", "JE", "GG", "IM"], ("([A-Z]{1,2}[0-9][A-Z0-9]?|GIR)([0-9][A-Z]{2})", " ")),
    "CA": ("([A-Z][0-9][A-Z])([0-9][A-Z][0-9])", " "), "NL": ("([0-9]{4})([A-Z]{2})", " "),
    "IE": ("([A-Z][0-9][0-9W])([0-9A-Z]{4})", " "), "SE": ("([0-9]{3})([0-9]{2})", " "),
    "CZ": ("([0-9]{3})([0-9]{2})", " "), "SK": ("([0-9]{3})([0-9]{2})", " "), "GR": ("([0-9]{3})([0-9]{2})", " "),
    "PL": ("([0-9]{2})([0-9]{3})", "-"), "PT": ("([0-9]{4})([0-9]{3})?", "-"), "BR": ("([0-9]{5})([0-9]{3})", "-"),
    "JP": ("([0-9]{3})([0-9]{4})", "-"),
    **dict.fromkeys(["DE", "FR", "ES", "IT", "FI", "MX", "TR", "HR", "EE", "UA", "KR"], ("([0-9]{5})", "")),
    **dict.fromkeys(["AT", "BE", "CH", "DK", "NO", "LU", "HU", "SI", "BG", "AU", "NZ", "ZA"], ("([0-9]{4})", "")),
    **dict.fromkeys(["IN", "CN", "RU", "RO", "SG"], ("([0-9]{6})", "")),
}  # fmt: skip

# What comes in front of a code on a letter from abroad, besides the ISO code: D-80331.
_ABROAD = {"DE": "D", "AT": "A", "BE": "B", "FR": "F", "IT": "I", "LU": "L", "ES": "E", "SE": "S", "NO": "N",
           "FI": "(?:SF|FIN)", "HU": "H", "SI": "SLO", "JP": "〒"}  # fmt: skip
_GAPS = re.compile(r"[\s\u2010-\u2015-]+")


@lru_cache(maxsize=65536)
def clean(text: str, country: str) -> str:
    """Return a code as its country writes it: `sw1a1aa` in "GB" -> "SW1A 1AA", `2134` in "US" -> "02134".

    A ZIP code of the US always has five digits, so shorter ones have lost zeros in front; elsewhere zeros are not
    added.

    Args:
        text: A postal code.
        country: An ISO alpha-2 code; in a country that is not listed here, and in none (""), only spaces and capitals
            are mended.

    Raises:
        NotRead: it is not a code of the country.
    """
    plain = " ".join(text.split()).upper()
    if country not in _FORMS:
        return plain
    bare = _GAPS.sub("", _prefix(country).sub("", plain))
    if country == "US":
        bare = _with_zeros(bare, plain)
    found = re.fullmatch(_FORMS[country][0], bare)
    if not found:
        raise NotRead(f"it is not a postal code of {country}")
    return _FORMS[country][1].join(filter(None, found.groups()))


@cache
def _prefix(country: str) -> re.Pattern[str]:
    return re.compile(rf"^(?:{country}|{_ABROAD.get(country, country)})[- ]*(?=[0-9])")


def _with_zeros(bare: str, plain: str) -> str:
    """Return a US code with the zeros that it lost as a number: `2134`, `2134-1234`, `21341234`."""
    zip_code, hyphen, more = plain.partition("-")
    if hyphen and len(more.strip()) == 4:
        if len(zip_code.strip()) < 3:  # too little to be a code that lost zeros
            return bare
        return f"{zip_code.strip():0>5}{more.strip()}"
    if len(bare) in (3, 4):
        return bare.zfill(5)
    if len(bare) in (7, 8):
        return bare.zfill(9)
    return bare

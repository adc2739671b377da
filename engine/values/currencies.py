"""Currency signs and names to ISO 4217 codes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache

from babel import Locale

from engine.values.languages import words_by_key

# Signs and names that mean one currency, as pairs.
_CERTAIN = """
€ EUR  £ GBP  ₹ INR  ₽ RUB  РУБ RUB  РУБ. RUB  ₩ KRW  ₺ TRY  ₪ ILS  ₫ VND  ฿ THB  ₱ PHP
₦ NGN  ₴ UAH  ₡ CRC  ₲ PYG  ₸ KZT  ₾ GEL  ₵ GHS  ₼ AZN  ֏ AMD  ZŁ PLN  ZL PLN  KČ CZK  KC CZK  FT HUF  ЛВ BGN
ЛВ. BGN  SFR CHF  SFR. CHF  R$ BRL  US$ USD  U$S USD  USD$ USD  CA$ CAD  C$ CAD  A$ AUD  AU$ AUD  NZ$ NZD
HK$ HKD  S$ SGD  SG$ SGD  NT$ TWD  MX$ MXN  CN¥ CNY  JP¥ JPY
"""

# Signs that several currencies share; a code beside the sign (`$5.00 USD`) says which.
_SHARED = {
    "$": "USD CAD AUD NZD MXN SGD HKD TWD ARS CLP COP UYU BBD BMD BND BSD BZD DOP FJD GYD JMD KYD LRD NAD SBD SRD "
    "TTD XCD CUP ZWL BRL NIO BOB MOP PHP",
    "¥": "JPY CNY",
    "￥": "JPY CNY",
    "KR": "SEK NOK DKK ISK",
    "KR.": "SEK NOK DKK ISK",
    "RS": "INR PKR LKR NPR MUR",
    "RS.": "INR PKR LKR NPR MUR",
    "FR": "CHF FRF XOF XAF XPF",
    "FR.": "CHF FRF XOF XAF XPF",
    "LEI": "RON MDL",
}


# A column has few words around its amounts, so each is looked up once.
@lru_cache(maxsize=1024)
def possible(sign: str) -> frozenset[str]:
    """Return the ISO 4217 codes that a sign, code or name can mean, in any case; `$` means many.

    Empty for a text that is no currency.
    """
    name = sign.upper()
    if name in _signs():
        return _signs()[name]
    if name in _codes():
        return frozenset([name])
    return frozenset()


@cache
def _signs() -> Mapping[str, frozenset[str]]:
    meant: dict[str, frozenset[str]] = {}
    words = _CERTAIN.split()
    for sign, code in zip(words[::2], words[1::2], strict=True):
        meant[sign] = frozenset([code])
    for code, names in words_by_key("currency_names").items():
        for name in names:
            meant[name.upper()] = frozenset([code])
    # Last, so that a sign in both lists is taken for one of several.
    for sign, codes in _SHARED.items():
        meant[sign] = frozenset(codes.split())
    return meant


@cache
def _codes() -> frozenset[str]:
    return frozenset(Locale("en").currencies)

"""What a column's title says about its values: weak evidence, asked where the values could be several things."""

from __future__ import annotations

import re
from functools import lru_cache

from engine.values.folding import fold

_WORDS = {
    "email": "email mail emails mailadresse emailadresse courriel correo",
    "phone": "phone phones ph tel telephone telefon telefono telefoon telefone telefonnummer mobile mobil mobiltelefon "
    "cell cellphone cellular handy fax gsm movil portable celular cellulare rufnummer",
    "postal_code": "zip zipcode postcode postal postleitzahl plz cap cep pincode",
    "country": "country ctry land pays pais paese nation nationality",
    "state": "state province region bundesland provincia estado kanton county",
    "url": "url website web homepage webseite webpage internet www",
    "vat": "vat ustid ustidnr uid tva iva nif btw partita nip",
    "barcode": "ean ean13 gtin upc barcode strichcode",
    "code": "code no nr num number numero nummer id sku ref reference referenz artikelnummer kundennummer kdnr "
    "article account konto codigo matricule kennung key",
    "money": "price amount cost costs revenue balance credit limit net gross preis preise betrag umsatz saldo kosten "
    "montant prix precio importe prezzo importo prijs bedrag preco turnover payable paid open vk ek",
    "percent": "percent percentage pct prozent rabatt discount disc rate",
    "date": "date dates datum fecha data since created birthday birthdate geburtsdatum geburtstag modified updated",
    "boolean": "is has active aktiv actif activo attivo ativo actief enabled flag deleted",
    "person": "contact person kontakt ansprechpartner owner rep salesperson manager reports firstname lastname "
    "fullname full vertreter employee",
    "name": "name names nom nombre nome naam firma company customer client kunde firmenname",
    "city": "city town ort stadt ville ciudad citta cidade plaats gemeente locality municipality",
    "later": "due expiry expires expiration valid until delivery planned deadline fallig faelligkeit end ends "
    "closing eta renewal next target shipping echeance vencimiento scadenza",
    "birth": "birthday birthdate birth born geburtsdatum geburtstag geboren naissance nacimiento nascita",
}
# With one of these a title is about something that a name has: `Customer type`, `Client since`.
_NO_NAME = frozenset(["type", "group", "class", "category", "since", "status", "terms", "code", "count", "segment"])
_BY_WORD: dict[str, set[str]] = {}
for _kind, _words in _WORDS.items():
    for _word in _words.split():
        _BY_WORD.setdefault(_word, set()).add(_kind)

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@lru_cache(maxsize=4096)
def says(title: str) -> frozenset[str]:
    """The kinds that a title's words hint at: `BillingPostalCode` -> {"postal_code", "code"}, `VAT #` -> {"vat"}.

    Besides kinds of `facts.KINDS`: vat, barcode, person, name, later (dates that lie ahead), birth.
    """
    hints: set[str] = {"percent"} if "%" in title else set()
    words = fold(_HUMP.sub(" ", title)).split()
    for word in (*words, "".join(words)):
        hints |= _BY_WORD.get(word, set())
    return frozenset(hints - {"name", "person"} if _NO_NAME.intersection(words) else hints)

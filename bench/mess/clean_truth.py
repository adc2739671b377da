"""Draw what is true: companies and their people, goods, orders, accounts. Every value is as Odoo should hold it."""

from __future__ import annotations

import unicodedata
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from stdnum import ean
from stdnum.eu import vat as eu_vat

from bench.mess.word_lists import people, places

Record = dict[str, str]


class TruthDraw:
    """Draw records of one country in one language; the same random numbers give the same records."""

    def __init__(self, random: Random, country: str) -> None:
        """Take the source of random numbers and the country."""
        self.random, self.country = random, country
        self.place: dict[str, Any] = places()[country]
        self.language: str = self.place["language"]
        self.words = people(self.language)
        self._taken: set[str] = set()

    def pick(self, values: Any) -> Any:
        """Return one of some values."""
        return self.random.choice(list(values))

    def sometimes(self, text: str, odds: float) -> str:
        """Return the text with these odds, else ""."""
        return text if self.random.random() < odds else ""

    # --- parts of addresses

    def address(self) -> Record:
        """Return street, town, postal code, state and country."""
        place, country = self.place, self.country
        if self.random.random() < 0.08:  # a few live abroad
            country = self.pick(places())
            place = places()[country]
        words = people(place["language"])
        town = self.pick(place["towns"])
        number = self.random.randint(1, 240)
        street = words["street_form"].format(street=self.pick(words["streets"]), number=number)
        return {
            "street": street, "street2": self.sometimes(self.pick(words["extra"]), 0.15), "city": town[0],
            "zip": town[1], "country": country, "state": f"{country}-{town[2]}" if len(town) > 2 else "",
            "state_name": town[3] if len(town) > 3 else "",
        }  # fmt: skip

    def phone(self, country: str, kind: str) -> str:
        """Return a number as +49…."""
        beginning, digits = places()[country][kind]
        return str(beginning) + "".join(str(self.random.randint(0, 9)) for _ in range(digits))

    def vat(self, country: str) -> str:
        """Return a VAT number whose check digit is right, "" where the country's are not drawn."""
        prefix = places()[country]["vat"]
        if prefix not in {"DE", "AT", "BE", "NL", "IT", "PT", "ES", "FR"}:
            return ""
        for _ in range(4000):
            number = prefix + self._vat_digits(prefix)
            if eu_vat.is_valid(number):
                return number
        return ""

    def _vat_digits(self, prefix: str) -> str:
        def digits(count: int) -> str:
            return "".join(str(self.random.randint(0, 9)) for _ in range(count))

        forms = {
            "DE": digits(9), "AT": "U" + digits(8), "BE": "0" + digits(9), "NL": f"{digits(9)}B01",
            "IT": digits(7) + "015" + digits(1), "PT": "5" + digits(8), "ES": "B" + digits(8),
            "FR": digits(11),
        }  # fmt: skip
        return forms[prefix]

    # --- people and companies

    def company_name(self) -> str:
        """Return a name that was not drawn before."""
        while True:
            words = self.words
            name = f"{self.pick(words['firm_words'])} {self.pick(words['firm_kinds'])} {self.pick(words['legal'])}"
            if self.random.random() < 0.1:
                name = f"{self.pick(words['last'])} {self.pick(words['legal'])}"
            # Two firms whose names differ in signs or their legal form alone would be doubles.
            bare = _ascii(" ".join(name.split()[:2]))
            if bare not in self._taken or len(self._taken) > 90:
                self._taken.add(bare)
                return name

    def person(self) -> Record:
        """Return a first and a last name, and both together."""
        first, last = self.pick(self.words["first"]), self.pick(self.words["last"])
        return {"first": first, "last": last, "person": f"{first} {last}"}

    def partner(self, number: str, with_person: bool = True) -> Record:
        """Return a company with its address, its contact and its terms."""
        name, address, person = self.company_name(), self.address(), self.person()
        domain = _ascii(name.split()[0]) + _ascii(name.split()[1]) + ".example"
        if not with_person:
            person = {"first": "", "last": "", "person": ""}
        since = date(2012, 1, 1) + timedelta(days=self.random.randint(0, 5000))
        other = self.address()
        found = {
            "number": number, "s_number": number, "company": name, "s_company": name, **person, **address,
            "salutation": self.pick(self.words["salutations"]) if person["person"] else "",
            "phone": self.sometimes(self.phone(address["country"], "landline"), 0.9),
            "mobile": self.sometimes(self.phone(address["country"], "mobile"), 0.4),
            "email": self.sometimes(f"info@{domain}", 0.85), "website": self.sometimes(f"https://www.{domain}", 0.5),
            "vat": self.sometimes(self.vat(address["country"]), 0.8),
            **dict.fromkeys(("terms", "s_terms"), self.pick(self.words["terms"])),

            "credit": self.sometimes(str(self.random.randint(1, 60) * 500), 0.5), "since": since.isoformat(),
            "created_ms": since.isoformat(), "created_s": since.isoformat(),
            "active": self.pick(["1", "1", "1", "1", "0"]), "tags": self.pick(self.words["tags"]),
            "notes": self.sometimes(self.pick(self.words["notes"]), 0.3),
            "description": self.sometimes(self.pick(self.words["notes"]), 0.3),
            "balance": self.amount(0, 9000), "spent": self.amount(0, 9000), "guid": self.guid(),
        }  # fmt: skip
        if self.random.random() < 0.25:
            found |= {f"d_{name}": other[name] for name in ("street", "zip", "city", "country")}
            found["d_company"] = self.pick(self.words["firm_words"])
        return found

    def guid(self) -> str:
        """Return a code as systems give them: 15 letters and digits."""
        return "001" + "".join(self.random.choice("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789") for _ in range(12))

    def amount(self, low: int, high: int) -> str:
        """Return an amount with two decimals."""
        cents = self.random.randint(low * 100, high * 100)
        return f"{Decimal(cents) / 100:.2f}"

    # --- goods

    def item(self, sku: str, number: int) -> Record:
        """Return a good or a service."""
        words = self.words
        is_service = self.random.random() < 0.15
        base = self.pick(words["services"] if is_service else words["items"])
        name = f"{base} {self.pick(words['item_words'])} {number}"
        price = self.amount(1, 1500)
        unit = "hour" if is_service else self.pick(["unit", "unit", "unit", "kg", "m"])
        return {
            "sku": sku, "item": name, "description": self.sometimes(f"{base} ({self.pick(words['item_words'])})", 0.4),
            "category": self.pick(words["categories"]), "subcategory": self.pick(words["subcategories"]),
            "price": price, "cost": f"{Decimal(price) * Decimal('0.6'):.2f}", "unit": unit,
            "barcode": "" if is_service else self.barcode(),
            "part_number": self.guid()[3:], "weight": self.sometimes(self.amount(0, 40), 0.7),
            "kind": "service" if is_service else "consu", "tax": self.pick(["19", "19", "7"]), "tax_flag": "1",
            "active": "1", "stock": str(self.random.randint(0, 400)), "guid": self.guid(),
            "tags": self.pick(words["tags"]),
        }  # fmt: skip

    def barcode(self) -> str:
        """Return an EAN with its check digit."""
        digits = "4006" + "".join(str(self.random.randint(0, 9)) for _ in range(8))
        return digits + str(ean.calc_check_digit(digits))

    # --- moments

    def day(self) -> date:
        """Return a day of the last months."""
        return date(2025, 7, 1) + timedelta(days=self.random.randint(0, 320))

    def birthday(self) -> date:
        """Return the birthday of somebody who works."""
        return date(1956, 1, 1) + timedelta(days=self.random.randint(0, 17000))


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "".join(sign for sign in plain if sign.isalnum())

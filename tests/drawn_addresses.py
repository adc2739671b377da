"""Addresses drawn in the national forms of many countries, each with the parts that it was made of."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from faker import Faker

LOCALES = {
    "US": "en_US", "CA": "en_CA", "AU": "en_AU", "GB": "en_GB", "IE": "en_IE", "DE": "de_DE", "AT": "de_AT",
    "CH": "de_CH", "FR": "fr_FR", "BE": "nl_BE", "NL": "nl_NL", "ES": "es_ES", "IT": "it_IT", "PT": "pt_PT",
    "PL": "pl_PL", "SE": "sv_SE", "DK": "da_DK",
}  # fmt: skip
PREFIXES = {"DE": "D", "AT": "A", "CH": "CH", "NL": "NL", "BE": "B", "FR": "F", "IT": "I", "SE": "S", "DK": "DK"}
# Real towns with their states and codes, since made-up towns of some locales have no likeness to towns at all.
_TOWNS = """
US: Boston|MA|02110; New York|NY|10001; St. Louis|MO|63101; Salt Lake City|UT|84101; Winston-Salem|NC|27101-1234;
    Coeur d'Alene|ID|83814; Chapel Hill|NC|27514; Park City|UT|84060; Washington|DC|20001
CA: Toronto|ON|M5V 2T6; Montréal|QC|H2Y 1C6; St. John's|NL|A1C 5M2; Vancouver|BC|V6B1A1; Trois-Rivières|QC|G9A 5H7
AU: Sydney|NSW|2000; Alice Springs|NT|0870; St Kilda|VIC|3182; Surry Hills|NSW|2010; Port Augusta|SA|5700
GB: Leeds|West Yorkshire|LS1 4AB; London||SW1A 1AA; Hebden Bridge|West Yorkshire|HX7 8AD;
    Newcastle upon Tyne|Tyne and Wear|NE1 7HR; King's Lynn|Norfolk|PE30 1AA;
    Stratford-upon-Avon|Warwickshire|CV37 6BA; Biggin Hill|Kent|TN16 3BH
IE: Naas|Co. Kildare|W91 X2K3; Dublin 2||D02 X285; Galway|Co. Galway|H91 E9XD
DE: Regensburg||93047; Verden (Aller)||27283; Halle/Saale||06108; Frankfurt am Main||60311;
    Villingen-Schwenningen||78048; Bad Neuenahr-Ahrweiler||53474
AT: Wien||1020; St. Pölten||3100; Wiener Neustadt||2700; Salzburg||5020
CH: Zürich||8001; St. Gallen||9000; La Chaux-de-Fonds||2300; Biel/Bienne||2502
FR: Paris||75002; Saint-Étienne||42000; L'Haÿ-les-Roses||94240; Paris La Défense Cedex||92800;
    Lyon Cedex 03||69003; Aix-en-Provence||13100
BE: Brussel||1000; Gent||9000; Braine-l'Alleud||1420; Heist-op-den-Berg||2220
NL: Amsterdam||1012 AB; 's-Hertogenbosch||5211 AA; Den Haag||2511CV; Groningen||9712 CP
ES: Madrid||28013; Getafe|Madrid|28901; A Coruña||15001; Sant Cugat del Vallès|Barcelona|08172;
    Las Palmas de Gran Canaria||35001
IT: Milano|MI|20121; Reggio nell'Emilia|RE|42121; Roma|RM|00184; L'Aquila|AQ|67100
PT: Lisboa||1100-053; Vila Nova de Gaia||4400-001; Porto||4000-322
PL: Warszawa||00-590; Łódź||90-001; Bielsko-Biała||43-300
SE: Stockholm||111 22; Göteborg||411 03; Upplands Väsby||194 30
DK: København K||1050; Aarhus C||8000; Nykøbing F||4800
"""


def _towns() -> dict[str, list[tuple[str, str, str]]]:
    found: dict[str, list[tuple[str, str, str]]] = {}
    for country, listed in re.findall(r"^([A-Z]{2}): (.*(?:\n    .*)*)", _TOWNS, re.MULTILINE):
        for entry in re.split(r";\s+", listed):
            city, state, code = entry.split("|")
            found.setdefault(country, []).append((city, state, code))
    return found


TOWNS = _towns()
COUNTRY_NAMES = {
    "US": ("USA", "United States"), "CA": ("Canada",), "AU": ("Australia",), "GB": ("United Kingdom", "UK"),
    "IE": ("Ireland",), "DE": ("Germany", "Deutschland"), "AT": ("Austria", "Österreich"), "CH": ("Schweiz",),
    "FR": ("France",), "BE": ("Belgium", "België"), "NL": ("Netherlands", "Nederland"), "ES": ("Spain", "España"),
    "IT": ("Italy", "Italia"), "PT": ("Portugal",), "PL": ("Poland", "Polska"), "SE": ("Sweden", "Sverige"),
    "DK": ("Denmark", "Danmark"),
}  # fmt: skip
BESIDE = {
    "US": ("Apt 4B", "Suite 200"), "CA": ("Unit 5",), "AU": ("Level 3",), "GB": ("The Old Mill", "Unit 5"),
    "IE": ("Block B",),
    "DE": ("Hinterhaus", "c/o Meyer"), "AT": ("2. Stock",), "FR": ("Bâtiment C",),
    "ES": ("3º B",), "IT": ("Interno 7",),
}  # fmt: skip
STATE_FIRST = frozenset(["US", "CA", "AU"])
ZIP_LAST = frozenset(["GB", "IE"])


@dataclass(frozen=True)
class Drawn:
    """Hold an address as it was written, and its parts; `street` is all lines of the street together."""

    text: str
    country: str
    street: str
    zip: str
    city: str
    state: str
    named: str


@cache
def faker(country: str) -> Faker:
    made = Faker(LOCALES[country])
    made.seed_instance(7)
    return made


def draw(country: str, rng: random.Random) -> Drawn:
    """Return an address in one of the forms in which people write those of a country."""
    city, state, code = rng.choice(TOWNS[country])
    street = " ".join(faker(country).street_address().split())
    lines = [part.strip() for part in street.split(",")] if country != "PL" else [street]
    if rng.random() < 0.15 and country in BESIDE:
        beside = rng.choice(BESIDE[country])
        # Whoever works in a building is named in front of the street, a flat behind it.
        lines = [beside, *lines] if country in ("GB", "AU", "IE") else [*lines, beside]
    end = rng.choice(ENDS.get(country, [zip_city, zip_city, with_prefix, zip_city_state]))(
        country, city, state, code, rng
    )
    joint = rng.choice([", ", "\n", ", ", "\n", " \n", "; "])
    named = ""
    if rng.random() < 0.2:
        named = rng.choice(COUNTRY_NAMES[country])
        end = [*end, named]
    text = joint.join([*lines, *end])
    shown = state if state and state in " ".join(end) else ""
    prefixed = country if any(part.startswith(f"{PREFIXES.get(country, '?')}-") for part in end) else ""
    return Drawn(text, country, ", ".join(lines), code, city, shown, country if named else prefixed)


def draw_one_piece(country: str, rng: random.Random) -> Drawn:
    """Return an address whose street and town no sign parts: Hauptstr. 5 93047 Regensburg."""
    city, state, code = rng.choice(TOWNS[country])
    street = " ".join(faker(country).street_address().replace(",", " ").split())
    if country in STATE_FIRST:
        return Drawn(f"{street} {city}{rng.choice([', ', ' '])}{state} {code}", country, street, code, city, state, "")
    if country in ZIP_LAST:
        return Drawn(f"{street} {city} {code}", country, street, code, city, "", "")
    return Drawn(f"{street} {code} {city}", country, street, code, city, "", "")


def draw_town(country: str, rng: random.Random) -> Drawn:
    """Return a town line alone: what columns such as `PLZ/Ort` and `City, State ZIP` hold."""
    city, state, code = rng.choice(TOWNS[country])
    if country in STATE_FIRST:
        text = rng.choice([f"{city}, {state} {code}", f"{city} {state} {code}"])
        return Drawn(text, country, "", code, city, state, "")
    if country in ZIP_LAST:
        return Drawn(f"{city} {code}", country, "", code, city, "", "")
    prefix = rng.choice(["", "", f"{PREFIXES[country]}-"]) if country in PREFIXES else ""
    return Drawn(f"{prefix}{code} {city}", country, "", code, city, "", country if prefix else "")


End = Callable[[str, str, str, str, random.Random], list[str]]


def zip_city(country: str, city: str, state: str, code: str, rng: random.Random) -> list[str]:
    return [f"{code} {city}"]


def with_prefix(country: str, city: str, state: str, code: str, rng: random.Random) -> list[str]:
    prefix = f"{PREFIXES[country]}-" if country in PREFIXES else ""
    return [f"{prefix}{code} {city}"]


def zip_city_state(country: str, city: str, state: str, code: str, rng: random.Random) -> list[str]:
    if not state:
        return [f"{code} {city}"]
    return rng.choice([[f"{code} {city} ({state})"], [f"{code} {city}, {state}"]])


def state_code(country: str, city: str, state: str, code: str, rng: random.Random) -> list[str]:
    return rng.choice(
        [[f"{city}, {state} {code}"], [city, f"{state} {code}"], [f"{city} {state} {code}"], [city, state, code]]
    )


def british(country: str, city: str, state: str, code: str, rng: random.Random) -> list[str]:
    county = [state] if state and rng.random() < 0.4 else []
    if rng.random() < 0.5 and not county:
        return [f"{city} {code}"]
    return [city, *county, code]


ENDS: dict[str, list[End]] = {
    "US": [state_code], "CA": [state_code], "AU": [state_code], "GB": [british], "IE": [british],
}  # fmt: skip

"""A safe fix never changes what a cell means under its title, and never makes a right cell wrong.

Right cells are drawn under plain titles in seven languages; every safe fix is applied, as the button does it.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import phonenumbers
import pytest

from engine.clean import SheetRun
from engine.clean.measured_again import fix_safely
from engine.detectors import DETECTORS
from engine.profile.sheet_profiler import profile_sheet
from engine.recipe import Recipe, SheetRecipe
from engine.values import countries
from tests.small_profiles import TODAY
from tests.small_working_files import working_file

Same = Callable[[str, str], bool]


def cleaned(columns: dict[str, Sequence[str]], country: str) -> dict[str, list[str]]:
    """The columns after all safe fixes."""
    with tempfile.TemporaryDirectory() as folder:
        rows = list(zip(*columns.values(), strict=True))
        working = working_file(Path(folder), list(columns), rows)
        profile = profile_sheet(working, DETECTORS, country=country, today=TODAY)
        recipe = Recipe(country=country)
        sheet, _ = fix_safely(working, SheetRecipe("S"), recipe, profile.findings, DETECTORS, today=TODAY)
        after: dict[str, list[str]] = {title: [] for title in columns}
        for batch in SheetRun(working, sheet, recipe).batches():
            for title, cells in after.items():
                cells += batch.after.column(title).to_pylist()
    return after


def equal(before: str, after: str) -> bool:
    return before == after


# What cells hold that mean no more than they say, under titles of that kind; some look like other things.
TEXTS: dict[str, tuple[list[str], list[str]]] = {
    "city": (
        ["City", "Town", "Ort", "Stadt", "Ville", "Ciudad", "Città", "Plaats", "Cidade", "Wohnort", "Localidad"],
        ["Hamburg", "Berlin", "Bremen", "New York", "Washington", "Madrid", "Barcelona", "Zürich", "Genève", "México",
         "Luxembourg", "Utrecht", "Groningen", "São Paulo", "Rio de Janeiro", "Roma", "Milano", "Porto", "Singapore"],
    ),
    "person": (
        ["First name", "Vorname", "Prénom", "Nombre", "Nome", "Voornaam", "Last name", "Nachname", "Contact"],
        ["May", "March", "April", "Chad", "Jordan", "Georgia", "Israel", "Austin", "Dakota", "Null", "Ja", "Sí", "No",
         "Total", "Paris", "Montana", "Kenya", "India", "China", "Virginia"],
    ),
    "item": (
        ["Product", "Item", "Artikel", "Produit", "Artículo", "Articolo", "Produto", "Description", "Bezeichnung"],
        ["Printer 3000", "Project 4711", "CHAIR,FOLDING", "May 2021", "Table, round", "1/2 Zoll", "12.05.", "5%", "19%",
         "Turkey", "China", "Chile", "USA", "10-12-14", "no", "kg", "2024-01-05", "Lamp (red)", "0049 Lamp"],
    ),
    "unit": (
        ["Unit", "UoM", "Einheit", "ME", "Unité", "Unidad", "Unità di misura", "Eenheid", "Unidade"],
        ["kg", "g", "m", "no", "t", "l", "ml", "cm", "h", "pc"],
    ),
    "language": (
        ["Language", "Sprache", "Langue", "Idioma", "Lingua", "Taal", "Língua"],
        ["de", "fr", "es", "it", "no", "nl", "pt", "sv", "DE", "FR", "IT"],
    ),
    "color": (
        ["Color", "Farbe", "Couleur", "Colore", "Kleur", "Cor", "Size", "Größe", "Taille", "Talla"],
        ["red", "Rot", "1-2", "10-12", "37,5", "38", "S", "M", "XL", "N", "no", "10/12", "3-4"],
    ),
    "code": (
        ["SKU", "Article No.", "Artikelnummer", "Référence", "Código", "Codice articolo", "Artikelnr", "Item number"],
        ["00123", "1.10", "1.2", "10-12", "2024-03-117", "0123-456-7890", "020 7946 0958", "1E10", "4.0", "AB  12",
         "12,5", "MAR-24", "30/11", "007", "12.05.2024/1", "100%", "1,234"],
    ),
    "iban": (
        ["IBAN", "Bank account", "Bankverbindung", "Kontonummer"],
        ["DE89370400440532013000", "GB82 WEST 1234 5698 7654 32", "FR1420041010050500013M02606", "0532013000"],
    ),
    "status": (
        ["Status", "Type", "Typ", "Kategorie", "Estado del pedido", "Categoria", "Soort"],
        ["open", "no", "none", "unknown", "N", "S", "A", "D", "new", "-1", "on", "off"],
    ),
    "region": (["Region", "Sales region", "Gebiet", "Markt"], ["NA", "EMEA", "APAC", "LATAM", "North", "South"]),
    "untitled": (
        ["Feld 7", "Xyz", "Custom 1"],
        ["Hamburg", "Berlin", "Bremen", "New York", "no", "kg", "37,5", "1-2", "May", "10-12", "007", "1.10"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize("country", ["DE", "US", "GB", "FR", "ES", "IT", "NL", "BR", "MX", "CH"])
def test_texts_stay_as_they_are(kind, country):
    drawn = random.Random(f"{kind} {country}")
    titles, cells = TEXTS[kind]
    columns: dict[str, list[str]] = {}
    for title in titles:
        # All of them, one alone, and a few: what a column looks like depends on all of its cells.
        some = drawn.sample(cells, drawn.choice([1, 3, len(cells)]))
        columns[title] = [drawn.choice(some) for _ in range(24)]
    columns["Row"] = [f"R{number:02}" for number in range(24)]
    after = cleaned(columns, country)
    assert {title: after[title] for title in columns} == columns


def same_phone(region: str) -> Same:
    def same(before: str, after: str) -> bool:
        read = phonenumbers.parse(before, region)
        return after in (before, phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.E164))

    return same


REGIONS = ["US", "CA", "GB", "DE", "AT", "CH", "FR", "BE", "NL", "LU", "ES", "PT", "IT", "SE", "NO", "DK", "FI", "PL",
           "CZ", "HU", "RO", "GR", "IE", "AU", "NZ", "IN", "BR", "MX", "ZA", "JP"]  # fmt: skip
PHONE_TITLES = ["Phone", "Telefon", "Téléphone", "Teléfono", "Telefono", "Telefoon", "Telefone", "Mobile", "Fax"]


@pytest.mark.parametrize("region", REGIONS)
def test_phone_numbers_keep_their_digits(region):
    drawn = random.Random(region)
    example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.FIXED_LINE)
    cells = []
    for _ in range(20):
        number = phonenumbers.PhoneNumber(example.country_code, example.national_number + drawn.randint(0, 99))
        number.italian_leading_zero = example.italian_leading_zero
        if not phonenumbers.is_valid_number(number):
            number = example
        forms = (phonenumbers.PhoneNumberFormat.NATIONAL, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
        cells.append(phonenumbers.format_number(number, drawn.choice(forms)))
    title = drawn.choice(PHONE_TITLES)
    # The dataset's own country, and another one: what cannot be read there has to stay.
    for country in (region, "DE", "US"):
        after = cleaned({title: cells}, country)[title]
        wrong = [pair for pair in zip(cells, after, strict=True) if not same_phone(region)(*pair)]
        assert wrong == [], country


AMOUNT_TITLES = [
    "Price",
    "Preis",
    "Prix",
    "Precio",
    "Prezzo",
    "Prijs",
    "Preço",
    "Amount",
    "Betrag",
    "Quantity",
    "Menge",
]
DATE_TITLES = ["Date", "Datum", "Fecha", "Data", "Order date", "Bestelldatum", "Date commande", "Delivery date"]
STYLES = [(",", "."), (".", ","), (" ", ","), ("'", "."), ("", "."), ("", ","), ("\u00a0", ",")]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("sign", ["", "€", " €", "$", "£"])
def test_amounts_keep_their_value(style, sign):
    thousands, decimal = style
    drawn = random.Random(f"{style} {sign}")
    values = [Decimal(drawn.randint(1, 5_000_000)).scaleb(-2) for _ in range(20)]
    cells = []
    for value in values:
        whole, _, part = f"{value:,.2f}".partition(".")
        text = f"{whole.replace(',', thousands)}{decimal}{part}"
        cells.append(f"{sign}{text}" if sign in ("$", "£") else f"{text}{sign}")
    title = drawn.choice(AMOUNT_TITLES)
    after = cleaned({title: cells}, "DE")[title]
    for old, new, value in zip(cells, after, values, strict=True):
        assert new == old or Decimal(new) == value
    assert after != cells or not sign  # a sign is certain to be mended under such a title


FORMS = ["%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y-%m-%d", "%d.%m.%y", "%d %b %Y", "%Y%m%d", "%m/%d/%y", "%d-%m-%Y"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("title", DATE_TITLES)
def test_dates_keep_their_day(form, title):
    drawn = random.Random(f"{form} {title}")
    few = drawn.choice([2, 5, 40])
    days = [date(2025, 1, 1) + timedelta(drawn.randrange(500)) for _ in range(few)]
    cells = [day.strftime(form) for day in days]
    after = cleaned({title: cells}, drawn.choice(["US", "DE", "GB"]))[title]
    for old, new, day in zip(cells, after, days, strict=True):
        assert new in (old, day.isoformat())


@pytest.mark.parametrize("form", ["%m/%d/%y", "%d.%m.%y", "%d/%m/%y"])
@pytest.mark.parametrize("title", ["Date of Birth", "Geburtsdatum", "Birthday", "Fecha de nacimiento", "Geboortedatum"])
def test_nobody_is_born_in_the_future_nor_in_a_guessed_century(form, title):
    drawn = random.Random(f"{form} {title}")
    for youngest in (1999, 2015):
        days = [date(drawn.randint(1930, youngest), drawn.randint(1, 12), drawn.randint(1, 28)) for _ in range(30)]
        cells = [day.strftime(form) for day in days]
        after = cleaned({title: cells}, "US")[title]
        for old, new, day in zip(cells, after, days, strict=True):
            assert new in (old, day.isoformat())


ZIPS = {
    "DE": ["93047", "01067", "10115"], "AT": ["1010", "8010", "4020"], "NL": ["1012 AB", "3511 LX"],
    "GB": ["SW1A 1AA", "LS1 4DY"], "US": ["02134", "10001-1234", "60601"], "CA": ["K1A 0B1", "M5V 3L9"],
    "PL": ["00-950", "30-001"], "SE": ["114 55", "211 20"], "PT": ["1000-001", "4000-322"], "CH": ["8001", "1201"],
}  # fmt: skip


@pytest.mark.parametrize("country", ZIPS)
@pytest.mark.parametrize("title", ["ZIP", "PLZ", "Code postal", "Código postal", "CAP", "Postcode", "CEP"])
def test_postal_codes_stay_right(country, title):
    drawn = random.Random(f"{country} {title}")
    cells = [drawn.choice(ZIPS[country]) for _ in range(20)]
    assert cleaned({title: cells}, country)[title] == cells
    # Also in a dataset of another country, which may be set by default.
    for other in ("US", "DE", "PL", "SE"):
        assert cleaned({title: cells}, other)[title] == cells, other


@pytest.mark.parametrize("title", ["Country", "Land", "Pays", "País", "Paese", "Nazione"])
def test_countries_stay_the_same_country(title):
    cells = ["Germany", "Deutschland", "FR", "España", "Italia", "D", "A", "USA", "Österreich", "Suisse"] * 2
    after = cleaned({title: cells, "Name": [f"N{number}" for number in range(20)]}, "DE")[title]
    for old, new in zip(cells, after, strict=True):
        assert new in (old, countries.address_code(old))


@pytest.mark.parametrize(
    ("title", "cells"),
    [
        ("Active", ["yes", "no", "Y", "N"]), ("Aktiv", ["ja", "nein"]), ("Actif", ["oui", "non"]),
        ("Activo", ["sí", "no"]), ("Attivo", ["sì", "no"]), ("Actief", ["ja", "nee"]), ("Ativo", ["sim", "não"]),
    ],
)  # fmt: skip
def test_yes_and_no_stay_what_they_are(title, cells):
    rows = cells * 6
    after = cleaned({title: rows}, "DE")[title]
    right = {"y": "1", "j": "1", "o": "1", "s": "1", "n": "0"}
    assert after == [right[cell[0].lower()] for cell in rows]


def test_spaces_that_show_what_belongs_under_what_stay():
    cells = ["Assets", "  Cash", "    Till", "    Bank", "  Stock", "Equity"]
    assert cleaned({"Account name": cells, "No": list("123456")}, "DE")["Account name"] == cells

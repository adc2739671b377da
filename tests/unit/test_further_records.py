"""People and second addresses that rows of companies hold besides: how they are suggested and what comes of them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from engine.bundle import clean_files
from engine.match import SheetSuggestion, TargetSuggestion
from engine.match.accepted_suggestions import accepted_lookups, accepted_steps, accepted_targets
from engine.recipe import Recipe, SheetRecipe
from tests.sheet_evidence import CASES, evidence_of_file, evidence_of_rows, fields_by_title, suggested

CONTACTS = CASES / "19-xero-two-addresses" / "contacts.csv"


def by_role(suggestion: SheetSuggestion) -> dict[str, TargetSuggestion]:
    return {one.role: one for one in suggestion.also}


def accepted(suggestion: SheetSuggestion, country: str = "") -> Recipe:
    """The recipe of a sheet that takes all that is suggested."""
    sheet = SheetRecipe(suggestion.sheet, targets=accepted_targets(suggestion), columns=accepted_steps(suggestion))
    return Recipe(country=country, sheets=(sheet,), lookups=accepted_lookups(suggestion))


def records(path: Path, folder: Path, without: Sequence[str] = ()) -> dict[str, list[dict[str, str]]]:
    """The cleaned rows that become records, by role, where all that is suggested is taken but the fields `without`."""
    (found,) = suggested(*evidence_of_file(path))
    recipe = accepted(found)
    targets = []
    for target in recipe.sheets[0].targets:
        kept = {name: spec for name, spec in target.fields.items() if name not in without}
        targets.append(replace(target, fields=kept))
    recipe = replace(recipe, sheets=(replace(recipe.sheets[0], targets=tuple(targets)),))
    clean_files([path], recipe, folder / "out")
    made: dict[str, list[dict[str, str]]] = {}
    [raw] = (folder / "out" / "data" / "raw").glob("*.csv")
    with raw.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for target in targets:
        listed = [row for row in rows if not target.when or row[target.when]]
        made[target.role] = [{name: row[spec.source] for name, spec in target.fields.items()} for row in listed]
    return made


def test_a_person_and_a_second_address_hang_below_their_company() -> None:
    (found,) = suggested(*evidence_of_file(CONTACTS))
    assert set(by_role(found)) == {"contact", "delivery"}
    contact, delivery = by_role(found)["contact"], by_role(found)["delivery"]
    assert contact.id == "migr.contact.{AccountNumber}"
    assert contact.values == {"type": "contact"}
    assert fields_by_title(contact) == {"AccountNumber": "parent_id/id", "Contact person": "name"}
    assert delivery.values == {"type": "delivery"}
    assert fields_by_title(delivery) == {
        "AccountNumber": "parent_id/id",
        "SAAddressLine1": "street",
        "SACity": "city",
        "SARegion": "state_id/id",
        "SAPostalCode": "zip",
        "SACountry": "country_id/id",
    }


def test_their_rows_become_records(tmp_path: Path) -> None:
    made = records(CONTACTS, tmp_path, without=["state_id/id", "country_id/id"])
    assert [row["name"] for row in made[""]] == ["Acme Ltd", "Birch & Co"]
    assert [row["is_company"] for row in made[""]] == ["yes", "yes"]
    assert [row["name"] for row in made["contact"]] == ["Ann Lee", "Bo Ray"]
    assert [(row["street"], row["city"]) for row in made["delivery"]] == [
        ("9 Dock Rd", "Perth"),
        ("7 Pier St", "Hobart"),
    ]


def file_of(folder: Path, *rows: tuple[str, ...]) -> Path:
    path = folder / "customers.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)
    return path


def test_a_customer_who_is_a_person_has_no_contact_person(tmp_path: Path) -> None:
    titles = ("No", "ContactName", "FirstName", "LastName", "Street", "City", "Ship Street", "Ship City")
    path = file_of(
        tmp_path,
        titles,
        ("C1", "Acme Ltd", "Ann", "Lee", "1 Elm St", "Perth", "1 elm st", "PERTH"),
        ("C2", "Ida Fee", "Ida", "Fee", "2 Oak Ave", "Hobart", "", ""),
        ("C3", "Cedar Cycles", "Bo", "Ray", "3 Pier St", "Cairns", "9 Dock Rd", "Cairns"),
    )
    made = records(path, tmp_path)
    assert [(row["name"], row["is_company"]) for row in made[""]] == [
        ("Acme Ltd", "yes"),
        ("Ida Fee", "no"),
        ("Cedar Cycles", "yes"),
    ]
    assert [row["name"] for row in made["contact"]] == ["Ann Lee", "Bo Ray"]
    # The same address, in other letters, is no second one.
    assert [row["street"] for row in made["delivery"]] == ["9 Dock Rd"]


def test_rows_without_a_company_are_the_person_themselves(tmp_path: Path) -> None:
    path = file_of(
        tmp_path,
        ("Kd-Nr.", "Firma", "Vorname", "Nachname", "Ort"),
        ("1", "Acme GmbH", "Eva", "Roth", "Bremen"),
        ("2", "", "Max", "Ost", "Köln"),
        ("3", "Deich KG", "", "", "Stade"),
        ("4", "Holz AG", "Uwe", "Feld", "Jena"),
    )
    made = records(path, tmp_path)
    assert [(row["name"], row["is_company"]) for row in made[""]] == [
        ("Acme GmbH", "yes"),
        ("Max Ost", "no"),
        ("Deich KG", "yes"),
        ("Holz AG", "yes"),
    ]
    assert [row["name"] for row in made["contact"]] == ["Eva Roth", "Uwe Feld"]


def test_words_of_address_are_no_part_of_a_name(tmp_path: Path) -> None:
    people = {
        "z. Hd. Herrn Björn Weßling": "Björn Weßling",
        "Fr. Gesine Hünecke": "Gesine Hünecke",
        "Kückens, Sabine": "Sabine Kückens",
        "Abt. Einkauf": "Abt. Einkauf",
        "À l'attention de Mme Anne Petit": "Anne Petit",
        "T.a.v. dhr. Jan de Vries": "Jan de Vries",
        "Dr. Ida Fee": "Dr. Ida Fee",
        "Attn: Mrs Ann Lee": "Ann Lee",
        "Frau": "Frau",
        "Attila Kovács": "Attila Kovács",
    }
    rows = [(f"{place}", f"Firma {place} GmbH", person) for place, person in enumerate(people, 1)]
    made = records(file_of(tmp_path, ("Nr", "Firma", "Ansprechpartner"), *rows), tmp_path)
    assert [row["name"] for row in made["contact"]] == list(people.values())


def test_several_people_of_a_row_with_their_own_mail() -> None:
    titles = (
        "AccountNumber", "*ContactName", "EmailAddress", "FirstName", "LastName",
        "Person1FirstName", "Person1LastName", "Person1Email", "Person2FirstName", "Person2LastName", "Person2Email",
    )  # fmt: skip
    row = ("Ann", "Lee", "Bo", "Ray", "bo@x.example", "", "", "")
    rows = [(f"C{i}", f"Firm {i} Ltd", f"info@firm{i}.example", *row) for i in range(4)]
    (found,) = suggested(evidence_of_rows("Contacts", titles, *rows))
    assert fields_by_title(found)["EmailAddress"] == "email"
    roles = by_role(found)
    # Nobody filled the second further person.
    assert set(roles) == {"contact", "contact_2"}
    assert "email" not in fields_by_title(roles["contact"]).values()
    assert fields_by_title(roles["contact_2"])["Person1Email"] == "email"


@pytest.mark.parametrize(
    ("name", "person", "mail"),
    [
        ("Firma", "Ansprechpartner", "Ansprechpartner E-Mail"),
        ("Company", "Contact Person", "Contact Email"),
        ("Raison sociale", "Personne de contact", "Email du contact"),
        ("Ragione sociale", "Referente", "Email referente"),
        ("Razón social", "Persona de contacto", "Email persona de contacto"),
        ("Bedrijfsnaam", "Contactpersoon", "E-mail contactpersoon"),
        ("Nome da empresa", "Pessoa de contacto", "Email pessoa de contacto"),
        ("Customer", "Full Name", "Email"),
    ],
)
def test_people_in_the_words_of_every_language(name: str, person: str, mail: str) -> None:
    people = ("Ann Lee", "Bo Ray", "Ida Fee", "Max Ost", "Eva Roth", "Uwe Feld")
    rows = [(f"C{i}", f"Firm {i}", one, f"ann{i}@x.example") for i, one in enumerate(people)]
    (found,) = suggested(evidence_of_rows("customers", ("Code", name, person, mail), *rows))
    contact = by_role(found)["contact"]
    assert fields_by_title(contact)["Contact person"] == "name"
    # A mail address that is not said to be the person's is the company's.
    owner = found if mail == "Email" else contact
    assert fields_by_title(owner)[mail] == "email"


@pytest.mark.parametrize(
    ("role", "titles"),
    [
        ("delivery", ("Lieferadresse Straße", "Lieferadresse PLZ", "Lieferadresse Ort")),
        ("delivery", ("Ship To Street", "Ship To Zip", "Ship To City")),
        ("delivery", ("Rue livraison", "Code postal livraison", "Ville livraison")),
        ("delivery", ("Calle de envío", "CP de envío", "Ciudad de envío")),
        ("other", ("Private Street", "Private Zip", "Private City")),
        ("invoice", ("Rechnungsadresse Straße", "Rechnungsadresse PLZ", "Rechnungsadresse Ort")),
    ],
)
def test_second_addresses_are_called_what_they_are(role: str, titles: tuple[str, ...]) -> None:
    rows = []
    for i in range(6):
        rows.append((f"C{i}", f"Firm {i}", f"Elm St {i}", f"2800{i}", "Bremen", f"Dock Rd {i}", f"2811{i}", "Jena"))
    (found,) = suggested(evidence_of_rows("customers", ("Code", "Company", "Street", "Zip", "City", *titles), *rows))
    own = fields_by_title(found)
    assert role in by_role(found) or set(titles) <= set(own)
    if role in by_role(found):
        assert [fields_by_title(by_role(found)[role])[title] for title in titles] == ["street", "zip", "city"]


def test_people_who_are_rows_themselves_are_no_contact_persons() -> None:
    rows = [(f"First{i}", f"Last{i}", f"Firm {i % 3}", f"p{i}@example.com") for i in range(12)]
    (found,) = suggested(evidence_of_rows("people", ("First Name", "Last Name", "Company", "Email"), *rows))
    assert not by_role(found)


def test_the_name_once_more_is_no_person() -> None:
    rows = [(f"C{i}", f"Firm {i}", f"Firm {i}") for i in range(6)]
    (found,) = suggested(evidence_of_rows("customers", ("Code", "Company", "Contact"), *rows))
    assert not by_role(found)


def test_a_column_of_numbers_to_call_is_no_person() -> None:
    rows = [(f"C{i}", f"Firm {i}", f"+44 20 7946 01{i}0") for i in range(6)]
    (found,) = suggested(evidence_of_rows("customers", ("Code", "Company", "Contact"), *rows))
    assert not by_role(found)


def test_the_vendor_of_a_product_is_a_price_of_that_vendor() -> None:
    vendors = [(f"L{i}", f"Firma {i} GmbH", f"info@f{i}.example", "Bremen") for i in range(6)]
    items = [(f"A{i}", f"Rohr {i}", "4,50", "9,00", f"L{i % 5}") for i in range(12)]
    found = suggested(
        evidence_of_rows("Lieferanten", ("Lief-Nr.", "Firma", "E-Mail", "Ort"), *vendors),
        evidence_of_rows("Artikel", ("ArtNr", "Bezeichnung", "EK netto", "VK netto", "Lieferanten-Nr."), *items),
    )
    price = by_role(found[1])["vendor"]
    assert price.model == "product.supplierinfo"
    assert (price.id, price.when) == ("migr.vendor_price.{ArtNr}", "Lieferanten-Nr.")
    filled = fields_by_title(price)
    assert filled["ArtNr"] == "product_tmpl_id/id"
    assert filled["Lieferanten-Nr."] == "partner_id/id"
    assert filled["EK netto"] == "price"
    # The cost stays with the product too.
    assert fields_by_title(found[1])["EK netto"] == "standard_price"

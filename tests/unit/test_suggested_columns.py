"""Which columns may fill a field: no empty or untitled ones, one address, a company's name before a person's."""

from __future__ import annotations

import pytest

from tests.sheet_evidence import CASES, evidence_of_file, evidence_of_rows, fields_by_title, suggested

ADDRESS = ["street", "city", "state_id/id", "zip", "country_id/id"]


@pytest.mark.parametrize("name", ["contacts.csv", "contacts_short.csv"])
def test_a_record_has_one_address_and_the_name_of_its_company(name):
    (found,) = suggested(*evidence_of_file(CASES / "19-xero-two-addresses" / name))
    fields = fields_by_title(found)
    assert (found.model, fields["*ContactName"], found.key) == ("res.partner", "name", ("AccountNumber",))
    address = {title[:2] for title, field in fields.items() if field in ADDRESS}
    assert address == {"PO"}
    assert not {"FirstName", "LastName"} & set(fields)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("Billing Street", "Billing City", "Billing Zip"), ("Shipping Street", "Shipping City", "Shipping Zip")),
        (("Straße", "PLZ", "Ort"), ("Lieferadresse Straße", "Lieferadresse PLZ", "Lieferadresse Ort")),
        (("Rechnungsadresse Straße", "Rechnungsadresse Ort"), ("Lieferadresse Straße", "Lieferadresse Ort")),
        (("Adresse facturation", "Ville facturation"), ("Adresse livraison", "Ville livraison")),
        (("Address 1: Street 1", "Address 1: City"), ("Address 2: Street 1", "Address 2: City")),
        (("Calle", "Ciudad", "CP"), ("Calle de envío", "Ciudad de envío", "CP de envío")),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_two_addresses_are_never_mixed(first, second, turned):
    """Whichever comes first in the sheet, and with a country that says nothing of either."""
    titles = [*second, *first] if turned else [*first, *second]
    rows = [(f"C{i}", f"Firm {i} Ltd", *(f"{title} {i}" for title in titles), "FR") for i in range(3)]
    (found,) = suggested(evidence_of_rows("customers", ("Code", "Name", *titles, "Country"), *rows))
    fields = fields_by_title(found)
    assert {title for title, field in fields.items() if field in ADDRESS and title != "Country"} <= set(first)
    assert fields["Country"] == "country_id/id"


def test_an_address_that_nobody_filled_is_not_a_records_own():
    titles = ("ContactName", "POAddressLine1", "POCity", "POPostalCode", "SAAddressLine1", "SACity", "SAPostalCode")
    rows = [(f"Firm {i}", "", "", "", f"{i} Dock Road", "Perth", f"600{i}") for i in range(12)]
    (found,) = suggested(evidence_of_rows("contacts", titles, *rows))
    fields = fields_by_title(found)
    assert (fields["SAAddressLine1"], fields["SACity"], fields["SAPostalCode"]) == ("street", "city", "zip")


@pytest.mark.parametrize("title", ["", "Unnamed: 0", "Spalte1", "Column1"])
def test_a_counter_without_a_title_of_its_own_fills_nothing(title):
    rows = [(str(place), name, "Boston") for place, name in enumerate(["Ann", "Bo", "Cy", "Di", "Ed"])]
    (found,) = suggested(evidence_of_rows("people", (title, "Name", "City"), *rows))
    assert fields_by_title(found) == {"Name": "name", "City": "city"}
    assert found.key == ("Name",)


def test_the_untitled_counter_of_a_file():
    (found,) = suggested(*evidence_of_file(CASES / "22-untitled-index-column" / "people.csv"))
    assert fields_by_title(found) == {"Name": "name", "City": "city"}


@pytest.mark.parametrize("cell", ["", "Head office"])
def test_a_column_that_is_empty_or_always_alike_is_no_name_and_no_key(cell):
    rows = [(cell, f"Firm {i} GmbH", "Berlin") for i in range(12)]
    (found,) = suggested(evidence_of_rows("Kunden", ("Name", "Firma", "Ort"), *rows))
    assert fields_by_title(found)["Firma"] == "name"
    assert "Name" not in found.key


@pytest.mark.parametrize(
    ("company", "people"),
    [
        ("Customer", ["Full Name"]),
        ("Company", ["First Name", "Last Name"]),
        ("Firma", ["Vorname", "Nachname"]),
        ("Raison sociale", ["Contact", "Prénom"]),
        ("Ragione sociale", ["Nome contatto", "Cognome"]),
        ("Bedrijfsnaam", ["Contactpersoon"]),
        ("Razón social", ["Persona de contacto"]),
        ("Kunde", ["Ansprechpartner"]),
    ],
)
def test_a_company_is_not_called_after_its_people(company, people):
    rows = [(f"C{i}", *(f"{person} {i}" for person in people), f"Firm {i}") for i in range(6)]
    (found,) = suggested(evidence_of_rows("customers", ("Code", *people, company), *rows))
    fields = fields_by_title(found)
    assert fields[company] == "name"
    assert not set(people) & set(fields)


def test_people_of_a_few_companies_keep_their_own_names():
    """Each row is a person where the companies come again and again."""
    rows = [(f"First{i}", f"Last{i}", f"Firm {i % 3}", f"p{i}@example.com") for i in range(12)]
    (found,) = suggested(evidence_of_rows("people", ("First Name", "Last Name", "Company", "Email"), *rows))
    fields = fields_by_title(found)
    assert fields.get("Company") != "name"
    assert "name" in fields.values()


@pytest.mark.parametrize("unknown", ["Pkg", "bundlet", "Gebinde"])
def test_a_unit_that_nobody_knows_does_not_make_all_others_pieces(unknown):
    """Odoo would give each product its own default unit, which is worse than one that is held back."""
    rows = [(f"A{i}", f"Item {i}", unknown if i < 3 else "kg") for i in range(12)]
    (found,) = suggested(evidence_of_rows("Artikel", ("Artikelnummer", "Bezeichnung", "Einheit"), *rows))
    (unit,) = [column for column in found.columns if column.title == "Einheit"]
    assert (unit.field, unit.waits) == ("uom_id/id", False)

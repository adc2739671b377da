"""Suggestions: right on the title lists of real systems, on the samples, and honest where nothing fits.

`data/headers.json` and `data/headers_more.json` hold titles with the fields that are right for each (null: none fits).
Of the latter, "tuned" lists were looked at while the lexicon was written, "reviewed" ones after they had been measured
once, and "unseen" ones never: what is wrong there stays wrong, so that the figure stays honest.
"""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.detectors import DETECTORS
from engine.match import ColumnEvidence, SheetEvidence, suggest_dataset, suggest_sheet
from engine.match.accepted_suggestions import accepted_lookups, accepted_target, accepted_targets
from engine.match.described_models import described_model, model_files
from engine.match.field_assignment import assign
from engine.match.match_files import load
from engine.match.suggestion_accuracy import measure_accuracy
from engine.match.title_dictionary import entries, kinds, vocabulary
from engine.match.title_meaning import readings
from engine.profile.sheet_profiler import profile_sheet
from engine.readers import open_source
from engine.recipe import FieldSpec
from engine.sheets.table_shape import find_table
from engine.sheets.working_file import write_working_file
from odoo_migrate import catalog
from odoo_migrate.project.external_ids import Pattern

HERE = Path(__file__).parents[1]
ODOO = catalog.load("18.0")


@cache
def headers(name: str, part: str = "") -> list[dict]:
    sheets = json.loads((HERE / "data" / f"{name}.json").read_text(encoding="utf-8"))
    return [sheet for sheet in sheets if not part or sheet["part"] == part]


def columns(*titles: str, **samples: list[str]) -> list[ColumnEvidence]:
    return [ColumnEvidence(title, samples=samples.get(title, [])) for title in titles]


def field(model: str, title: str, samples: tuple[str, ...] = (), sheet: str = "Sheet1") -> str | None:
    return suggest_sheet(sheet, [ColumnEvidence(title, samples=samples)], ODOO, model=model).columns[0].field


# The title lists


def test_nine_of_ten_titles_and_ten_of_twelve_models_are_right():
    found = measure_accuracy(headers("headers"), ODOO)
    assert len(found.titles) == 148
    assert found.share_right >= 0.95, [answer for answer in found.titles if not answer.right]
    assert found.models_right == 12, [answer for answer in found.models if not answer.right]


@pytest.mark.parametrize(("part", "least"), [("tuned", 0.97), ("reviewed", 0.97), ("unseen", 0.9)])
def test_titles_of_other_systems(part, least):
    found = measure_accuracy(headers("headers_more", part), ODOO)
    assert found.share_right >= least, [answer for answer in found.titles if not answer.right]
    assert found.models_right >= 0.95 * len(found.models), [answer for answer in found.models if not answer.right]


@pytest.mark.parametrize("name", ["headers", "headers_more"])
def test_no_field_is_given_twice(name):
    for sheet in headers(name):
        evidence = [ColumnEvidence(column["header"], samples=column["values"]) for column in sheet["columns"]]
        given_fields = [c.field for c in suggest_sheet(sheet["sheet"], evidence, ODOO).columns if c.field]
        assert len(given_fields) == len(set(given_fields)), sheet["system"]


def test_a_field_that_a_version_lacks_is_not_suggested():
    mobile = [ColumnEvidence("Phone"), ColumnEvidence("Mobile")]
    with_it = suggest_sheet("Customers", mobile, catalog.load("18.0"), model="res.partner")
    without = suggest_sheet("Customers", mobile, catalog.load("19.0"), model="res.partner")
    assert [c.field for c in with_it.columns] == ["phone", "mobile"]
    assert [c.field for c in without.columns] == ["phone", None]
    gender = [suggest_sheet("Staff", columns("Gender"), catalog.load(v), model="hr.employee") for v in ("18.0", "19.0")]
    assert [one.columns[0].field for one in gender] == ["gender", "sex"]


@pytest.mark.parametrize("version", catalog.VERSIONS)
def test_every_suggested_field_exists_in_its_version(version):
    odoo = catalog.load(version)
    for sheet in headers("headers"):
        evidence = [ColumnEvidence(column["header"], samples=column["values"]) for column in sheet["columns"]]
        found = suggest_sheet(sheet["sheet"], evidence, odoo, model=sheet["model"])
        for column in found.columns:
            for name in [column.field, *(candidate for candidate, _ in column.candidates)]:
                assert name is None or odoo.model(sheet["model"]).field(name).import_name == name


# What titles say


@pytest.mark.parametrize(
    ("titles", "words"),
    [
        (["Customer No.", "CustNo", "CUST_NO", "cust#", "KUNNR", "Kundennr.", "Kd-Nr", "N° client", "Nº cliente",
          "Klantnummer"], {"customer", "number"}),
        (["E-Mail", "eMail", "EmailAddress", "E-mail Addr.", "Correo electrónico", "Courriel",
          "E-mailadres"], {"email"}),
        (["Invoice Date", "INV_DT", "Rechnungsdatum", "Date de facture", "Fecha factura", "Data fattura",
          "Factuurdatum", "Data da fatura"], {"invoice", "date"}),
        (["Payment Terms", "paymenttermscode", "Zahlungsbedingung", "Conditions de paiement", "Condiciones de pago",
          "Condizioni di pagamento", "Betalingstermijn", "Condições de pagamento"], {"payment", "terms"}),
        (["Sales price", "VK-Preis", "Prix de vente", "Precio de venta", "Prezzo di vendita", "Verkoopprijs",
          "Preço de venda"], {"sale", "price"}),
        (["Zip/Postal Code", "PLZ", "Code postal", "C.P.", "CAP", "Postcode", "CEP", "PSTLZ"], {"zip"}),
        (["Straße", "Strasse", "STREET", "Rue", "Calle", "Via", "Straat", "Rua"], {"street"}),
    ],
)  # fmt: skip
def test_a_word_means_the_same_in_seven_languages(titles, words):
    for title in titles:
        assert words in [reading.words - {"percent"} for reading in readings(title)], title


def test_compounds_codes_and_misspellings_are_read():
    assert {"customer", "number", "product"} == readings("Kundenartikelnummer")[0].words
    assert {"product", "description"} == readings("ITMDSC")[0].words
    assert readings("Telehpone")[0].words == {"phone"}
    assert readings("Telehpone")[0].misspelt == 1
    assert readings("Frobnicate")[0].unknown == {"frobnicate"}


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_title_can_be_read(title):
    assert readings(title)
    suggest_sheet(title, [ColumnEvidence(title, samples=[title])], ODOO, model="res.partner")


def test_endless_titles_cost_no_more_than_long_ones():
    assert readings("kundennummer" * 2000)
    assert readings("kunden nummer " * 5000)[0].words == {"customer", "number"}


# What values say


@pytest.mark.parametrize(
    ("model", "title", "samples", "expected"),
    [
        ("res.partner", "St", ("1 High St", "22 Low Road"), "street"),
        ("res.partner", "St", ("TX", "CA"), "state_id/id"),
        ("res.partner", "Title", ("Mr.", "Dr."), "title/id"),
        ("res.partner", "Title", ("Head of Sales", "Buyer"), "function"),
        ("product.template", "Type", ("Service", "Goods"), "type"),
        ("product.template", "Type", ("Shirts", "Shoes"), "categ_id/id"),
        ("res.partner", "Email", ("yes", "no"), None),
        ("product.template", "Weight", ("heavy", "light"), None),
        ("sale.order", "Order Date", ("ACME", "BETA"), None),
        ("res.partner", "Status", ("Active", "Inactive"), "active"),
        ("res.partner", "Status", ("called", "waiting"), None),
    ],
)
def test_values_decide_between_meanings(model, title, samples, expected):
    assert field(model, title, samples) == expected


@pytest.mark.parametrize(
    ("model", "title"),
    [
        ("res.partner", "Fax"), ("res.partner", "Created Date"), ("res.partner", "Open balance"),
        ("res.partner", "Owner ID"), ("res.partner", "IsDeleted"), ("res.partner", "Last order date"),
        ("res.partner", "LinkedIn"), ("res.partner", "Blocked"), ("res.partner", "Newsletter"),
        ("product.template", "Handle"), ("product.template", "Brand"), ("product.template", "Supplier SKU"),
        ("sale.order", "Status"), ("sale.order", "Payment method"), ("sale.order", "Total"),
        ("sale.order", "Customer email"), ("crm.lead", "Lead ID"), ("crm.lead", "Lead score"),
        ("account.move", "Aging bucket"), ("project.task", "Reporter"), ("hr.employee", "Frobnicate"),
    ],
)  # fmt: skip
def test_nothing_is_guessed_where_nothing_fits(model, title):
    assert field(model, title) is None


def test_a_neighbour_of_the_same_kind_helps():
    alone = suggest_sheet("x", columns("City"), ODOO, model="res.partner").columns[0]
    beside = suggest_sheet("x", columns("Ort Kd", "PLZ"), ODOO, model="res.partner").columns[0]
    assert (alone.field, beside.field) == ("city", "city")


# Why


def test_the_reason_counts_the_values():
    phone = ColumnEvidence("Ph #", kind="phone", filled=120, of_kind=118, samples=["020 7946 0000"])
    reason = suggest_sheet("Clients", [phone], ODOO, model="res.partner").columns[0].reason
    assert reason == "title 'Ph #' means phone; 118 of 120 values are phone numbers"


def test_the_reason_for_nothing_says_what_is_in_the_way():
    found = suggest_sheet("Contacts", columns("First name", "Last name", "Fax", "Blorp"), ODOO, model="res.partner")
    assert [column.reason for column in found.columns if column.field is None] == [
        "is joined with the other half of the name, in 'Full name'",
        "is joined with the other half of the name, in 'Full name'",
        "title 'Fax' stands for fax numbers; Contact has no field for that",
        "nothing in Contact fits 'Blorp'",
    ]


def test_at_most_five_candidates_the_best_first():
    for sheet in headers("headers"):
        for column in suggest_sheet(sheet["sheet"], columns(*(c["header"] for c in sheet["columns"])), ODOO).columns:
            scores = [confidence for _, confidence in column.candidates]
            assert len(scores) <= 5
            assert scores == sorted(scores, reverse=True)
            assert all(0 <= confidence < 1 for confidence in [*scores, column.confidence])


# One field, one column


@given(st.lists(st.dictionaries(st.sampled_from("abcd"), st.floats(0.01, 2), max_size=4), max_size=4))
def test_the_assignment_is_the_best_there_is(worths):
    chosen = assign(worths)
    taken = [name for name in chosen if name]
    assert len(taken) == len(set(taken))
    assert total(worths, chosen) == pytest.approx(best_total(worths))


def total(worths, chosen):
    return sum(column[name] for column, name in zip(worths, chosen, strict=True) if name)


def best_total(worths):
    names = ["a", "b", "c", "d", *[None] * len(worths)]
    ways = set(permutations(names, len(worths)))
    return max(sum(c.get(n, 0.0) for c, n in zip(worths, way, strict=True)) for way in ways)


# From a suggestion to a recipe


def test_the_missions_own_example():
    sheet = [
        ColumnEvidence("Company Name", samples=["  Acme Corp ", "Beta Inc"]),
        ColumnEvidence("Customer Code", samples=["ACME001", "BETA002"], could_be_key=True),
        ColumnEvidence("Email", samples=["Info@Acme.com"]),
        ColumnEvidence("Phone", samples=["(555) 123-4567"]),
        ColumnEvidence("Tags", samples=["VIP;Wholesale", "VIP"]),
    ]
    found = accepted_target(suggest_sheet("customers", sheet, ODOO))
    assert (found.model, found.id, found.key) == ("res.partner", "migr.partner.{Customer Code}", ())
    assert dict(found.fields) == {
        "name": FieldSpec("Company Name"),
        "ref": FieldSpec("Customer Code"),
        "email": FieldSpec("Email"),
        "phone": FieldSpec("Phone"),
        "category_id/id": FieldSpec("Tags", lookup="tag", separator=";"),
    }


def test_records_without_a_number_get_a_composed_key():
    found = suggest_sheet("Contacts", columns("Full name", "Email", "City"), ODOO)
    assert (found.key, found.id) == (("Full name", "Email"), "migr.partner.{Migration Key}")
    assert accepted_target(found).key == ("Full name", "Email")


def test_a_number_that_odoo_has_no_field_for_still_names_the_record():
    found = suggest_sheet("Leads", columns("Lead ID", "Lead name", "Stage", "Probability"), ODOO)
    assert found.columns[0].field is None
    assert found.id == "migr.lead.{Lead ID}"


def test_lookups_know_what_odoo_ships_and_what_it_cannot_create():
    sheet = [
        ColumnEvidence("Name"),
        ColumnEvidence("Terms", samples=["Net 30", "Due on receipt", "30% now"]),
        ColumnEvidence("Sales rep", samples=["J. Doe", "M. Lee"]),
        ColumnEvidence("Industry", samples=["Construction", "Weaving"]),
        ColumnEvidence("Country", samples=["USA"]),
    ]
    _, terms, rep, industry, country = suggest_sheet("Customers", sheet, ODOO, model="res.partner").columns
    assert (terms.lookup.name, terms.lookup.create) == ("terms", False)
    assert dict(terms.lookup.entries) == {
        "Net 30": "account.account_payment_term_30days",
        "Due on receipt": "account.account_payment_term_immediate",
    }
    assert terms.needs == "Say which record of Odoo each value means: 30% now"
    assert (rep.lookup.name, rep.lookup.model, rep.lookup.create) == ("user", "res.users", False)
    assert industry.lookup.create
    assert set(industry.lookup.entries) == {"Construction"}
    assert (country.field, country.lookup, country.ref) == ("country_id/id", None, "")


def test_records_of_their_own_are_named_but_not_loaded():
    found = suggest_sheet("Products", columns("Name", "SKU", "Vendor"), ODOO)
    vendor = found.columns[2]
    assert vendor.field == "seller_ids/id"
    assert not vendor.loadable
    assert "seller_ids/id" not in accepted_target(found).fields


def test_a_model_that_odoo_lacks_is_an_error():
    with pytest.raises(KeyError):
        suggest_sheet("x", columns("Name"), ODOO, model="no.such.model")


# Sheets together


def evidence(name: str, folder: Path) -> list[SheetEvidence]:
    """A sample read, profiled and turned into evidence."""
    path = HERE / "samples" / name
    with open_source(path, path.name) as source:
        return [sheet_evidence(sheet, path, folder / f"{place}.arrow") for place, sheet in enumerate(source.sheets)]


def sheet_evidence(sheet, path: Path, arrow: Path) -> SheetEvidence:
    working = write_working_file(sheet, find_table(sheet), arrow)
    profile = profile_sheet(working, DETECTORS, today=date(2026, 1, 1))
    table = working.page(0, working.num_rows)
    found = [
        ColumnEvidence(
            facts.title, facts.kind, facts.filled, facts.distinct, profile.rows, [text for text, _ in facts.top],
            facts.could_be_key, values=frozenset(table.column(facts.title).to_pylist()),
        )
        for facts in profile.columns
    ]  # fmt: skip
    return SheetEvidence(path.stem if sheet.name == path.stem else sheet.name, found, path.name)


def sample(tmp_path: Path, *names: str):
    sheets = []
    for place, name in enumerate(names):
        folder = tmp_path / str(place)
        folder.mkdir()
        sheets += evidence(name, folder)
    return {one.sheet: one for one in suggest_dataset(sheets, ODOO)}


def mapped(suggestion) -> dict[str, str]:
    """The sheet's own columns that fill a field; those that steps make are tested beside the steps."""
    made = {one.step.params.get("into") for one in suggestion.steps}
    return {column.title: column.field for column in suggestion.columns if column.field and column.title not in made}


def test_clients_stock_and_orders_are_tied_together(tmp_path):
    found = sample(tmp_path, "aggregated.xlsx")
    assert {name: one.model for name, one in found.items()} == {
        "Clients": "res.partner", "Stock": "product.product", "Orders": "sale.order", "Lists": "",
    }  # fmt: skip
    order, line = accepted_targets(found["Orders"])
    assert (order.id, line.model, line.id) == (
        "migr.order.{Order No}", "sale.order.line", "migr.order_line.{Order No}.{Order No #}",
    )  # fmt: skip
    assert dict(order.fields) == {
        "name": FieldSpec("Order No"),
        "date_order": FieldSpec("Order Date"),
        "partner_id/id": FieldSpec("Client", ref="res.partner"),
    }
    assert dict(line.fields) == {
        "order_id/id": FieldSpec("Order No", ref="sale.order"),
        "product_id/id": FieldSpec("SKU", ref="product.product"),
        "product_uom_qty": FieldSpec("Qty"),
        "price_unit": FieldSpec("Unit Price"),
        "discount": FieldSpec("Disc %"),
    }
    assert "97% of the values are in 'Cust No.' of the sheet 'Clients'" in found["Orders"].columns[2].reason


def test_contacts_refer_to_their_accounts(tmp_path):
    found = sample(tmp_path, "salesforce_accounts.csv", "salesforce_contacts.csv")
    accounts, contacts = found["salesforce_accounts"], found["salesforce_contacts"]
    assert (accounts.model, contacts.model) == ("res.partner", "res.partner")
    assert accepted_target(accounts).fields["parent_id/id"] == FieldSpec("ParentId", ref="res.partner")
    assert accepted_target(contacts).fields["parent_id/id"] == FieldSpec("AccountId", ref="res.partner")
    assert accepted_target(contacts).fields["ref"] == FieldSpec("Id")


def test_messy_customers(tmp_path):
    found = sample(tmp_path, "messy_customers.xlsx")["Customers"]
    assert (found.model, found.id) == ("res.partner", "migr.partner.{Customer Code}")
    assert mapped(found) == {
        "Company Name": "name", "Customer Code": "ref", "Email Address": "email", "Phone": "phone",
        "Street": "street", "City": "city", "State": "state_id/id", "Zip Code": "zip", "Country": "country_id/id",
        "Tags": "category_id/id", "Credit Limit": "credit_limit", "Active": "active", "Notes": "comment",
    }  # fmt: skip
    assert set(accepted_lookups(found)) == {"tag"}


def test_open_items_are_loaded_as_their_customers(tmp_path):
    found = sample(tmp_path, "accounting_open_items.xlsx")["Open Items"]
    assert (found.model, found.id) == ("res.partner", "migr.partner.{Customer No.}")
    assert mapped(found) == {"Customer No.": "ref", "Customer Name": "name"}
    assert "account.move" in [model for model, _ in found.candidates]


def test_legacy_products(tmp_path):
    found = sample(tmp_path, "legacy_products.csv")["legacy_products"]
    assert (found.model, found.id) == ("product.template", "migr.product.{Art.-Nr.}")
    assert mapped(found) == {
        "Art.-Nr.": "default_code", "Bezeichnung": "name", "Warengruppe": "categ_id/id", "VK-Preis": "list_price",
        "EK-Preis": "standard_price", "EAN": "barcode", "Aktiv": "active", "Einheit": "uom_id/id",
    }  # fmt: skip


def test_quickbooks_customers(tmp_path):
    found = sample(tmp_path, "quickbooks_customers.xls")["Customer Contact List"]
    assert found.model == "res.partner"
    # "Skinner Inc:Bakerside job" is a job of Skinner Inc.
    assert mapped(found)["Own name"] == "name"
    assert mapped(found)["Parent"] == "parent_id/id"
    assert found.id == "migr.partner.{Customer full name}"
    assert mapped(found)["Terms"] == "property_payment_term_id/id"


def numbered(sheet: str, party: str, *numbers: str) -> SheetEvidence:
    key = ColumnEvidence(f"{party} No.", samples=numbers, could_be_key=True, values=frozenset(numbers))
    return SheetEvidence(sheet, [key, ColumnEvidence("Name"), ColumnEvidence("City")])


def test_customer_10001_is_not_vendor_10001():
    customers, vendors = suggest_dataset(
        [numbered("Customers", "Customer", "10001"), numbered("Vendors", "Vendor", "10001")], ODOO
    )
    assert customers.id == "migr.partner.{Customer No.}"
    assert vendors.id == "migr.partner_vendors.{Vendor No.}"


def test_a_decided_model_stands_and_the_second_mapping_is_named_after_its_sheet():
    orders = SheetEvidence(
        "Bestellungen",
        [ColumnEvidence("Vendor", samples=["V1", "V2"]), ColumnEvidence("PO No."), ColumnEvidence("Order date")],
    )
    sheets = [numbered("Customers", "Customer", "C1"), numbered("Our Vendors", "Vendor", "V1", "V2"), orders]
    *_, found = suggest_dataset(sheets, ODOO, models={2: "purchase.order"})
    assert found.model == "purchase.order"
    assert accepted_target(found).fields["partner_id/id"] == FieldSpec("Vendor", ref="res.partner.our_vendors")


# The data files


@pytest.mark.parametrize("model", list(model_files()))
def test_the_description_of_a_model_is_right(model):
    versions = [catalog.load(version) for version in catalog.VERSIONS if model in catalog.load(version)]
    assert versions
    for names in model_files()[model].get("fields", {}):
        assert any(name in odoo.model(model).fields for odoo in versions for name in names.split("|")), names
    one = described_model(model, versions[-1])
    words = [p.words for patterns in one.titles.by_word.values() for p in patterns if not p.from_label]
    words += [one.records.words, one.titles.ignored_words, *one.titles.without_field]
    words += [one.sheets.required_words, one.sheets.opposing_words, *one.sheets.names]
    assert frozenset().union(*words) - vocabulary() == frozenset()


def test_every_id_pattern_can_be_read():
    for sheet in headers("headers"):
        found = suggest_sheet(sheet["sheet"], columns(*(c["header"] for c in sheet["columns"])), ODOO)
        assert Pattern.read(found.id).placeholders


def test_the_words_of_the_data_files_are_known():
    assert len(entries()) > 9000
    meant = frozenset(word for words in load("titles_without_field") for word in words.split())
    meant |= frozenset(word for group in load("groups").values() for word in group["words"].split())
    assert meant - vocabulary() == frozenset()
    assert set(kinds()) == {"stop", "neutral", "aside", "place", "barrier"}

"""The figures of the samples that take the database to find; the rest stands in test_profile and test_bundle."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mapping.models import SheetTarget
from profiling.models import Finding
from tests.uploaded_files import dataset_of

pytestmark = pytest.mark.django_db(transaction=True)

FACTS = json.loads((Path(__file__).parents[1] / "samples" / "facts.json").read_text())
BY_FILE = {fact.get("file") or fact["files"][0]: fact for fact in FACTS}


def models(dataset) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for target in SheetTarget.objects.filter(sheet__dataset=dataset, sheet__skip=False):
        found.setdefault(target.sheet.name, []).append(target.model)
    return found


@pytest.mark.parametrize("file", [name for name, fact in BY_FILE.items() if isinstance(fact.get("model"), str)])
def test_the_model_is_found(file):
    fact = BY_FILE[file]
    dataset = dataset_of(*fact.get("files", [file]))
    wanted = fact["model"].partition(" ")[0]
    assert all(found[0] == wanted for found in models(dataset).values()), models(dataset)


def test_a_sheet_of_orders_holds_two_models():
    fact = BY_FILE["aggregated.xlsx"]
    dataset = dataset_of("aggregated.xlsx", country=fact["phone_region"])
    wanted = {sheet: [model] if isinstance(model, str) else model for sheet, model in fact["models"].items()}
    assert models(dataset) == wanted
    assert {sheet.name: sheet.rows for sheet in dataset.sheets.filter(hidden=False)} == fact["sheets"]
    assert [sheet.name for sheet in dataset.sheets.filter(hidden=True)] == fact["hidden_sheets"]
    lost = Finding.objects.get(sheet__dataset=dataset, slug="orphans")
    assert lost.examples == fact["unknown_clients"]
    assert lost.message.endswith("refer to clients that are nowhere")


def test_contacts_whose_account_is_unknown():
    fact = BY_FILE["salesforce_accounts.csv"]
    dataset = dataset_of(*fact["files"], country="US")
    lost = Finding.objects.get(sheet__dataset=dataset, slug="orphans")
    assert (lost.sheet.name, lost.column, lost.count) == (
        "salesforce_contacts", "AccountId", fact["contacts_without_a_known_account"],
    )  # fmt: skip


def test_the_key_of_the_messy_customers():
    fact = BY_FILE["messy_customers.xlsx"]
    dataset = dataset_of("messy_customers.xlsx")
    target = SheetTarget.objects.get(sheet__dataset=dataset)
    assert target.id_pattern == f"migr.partner.{{{fact['key_column']}}}"

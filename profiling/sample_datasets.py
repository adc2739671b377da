"""The sample data: six exports as people bring them, each a dataset to try the portal on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.files import File

from migrator.models import User
from profiling import services
from profiling.models import Dataset, SourceFile

SAMPLES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Sample: accountant's open items", "GB", ("accounting_open_items.xlsx",)),
    ("Sample: German product list", "DE", ("legacy_products.csv",)),
    ("Sample: QuickBooks customers", "US", ("quickbooks_customers.xls",)),
    ("Sample: Salesforce export", "US", ("salesforce_accounts.csv", "salesforce_contacts.csv")),
    ("Sample: clients, stock and orders", "GB", ("aggregated.xlsx",)),
    ("Sample: messy customers", "US", ("messy_customers.xlsx",)),
)

Add = Callable[..., SourceFile]


def load_samples(*, owner: User, add: Add = services.upload_file) -> list[Dataset]:
    """Make those sample datasets that `owner` does not have yet; `add` stores a file (and has it read)."""
    there = set(Dataset.objects.filter(owner=owner).values_list("name", flat=True))
    return [_load(owner, *sample, add) for sample in SAMPLES if sample[0] not in there]


def _load(owner: User, name: str, country: str, files: tuple[str, ...], add: Add) -> Dataset:
    dataset = services.create_dataset(name=name, owner=owner, country=country)
    for file in files:
        with Path(settings.SAMPLES_DIR, file).open("rb") as stream:
            add(dataset=dataset, upload=File(stream), name=file, user=owner)
    return dataset

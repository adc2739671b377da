"""Pages of a dataset of any size, timed on the server: `python -m bench.portal_pages CSV` prints milliseconds as JSON.

It runs in a process of its own, since it needs Django, with a database and files that are thrown away (VAR_DIR).
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.test import Client

    from profiling.models import Dataset

REPEAT = 15


def main(csv: Path) -> None:
    """Import the file, suggest, and print the median of each page: {"grid": 61.2, …}."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "migrator.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.test import Client

    from migrator.models import User

    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    dataset = imported(csv)
    client = Client()
    client.force_login(User.objects.get(username="bench"))
    print(json.dumps({name: milliseconds(client, path) for name, path in pages(dataset).items()}))


def imported(csv: Path) -> Dataset:
    """Return a dataset of its own with the file, read and profiled, and three cleaning steps."""
    from django.core.management import call_command

    from mapping.services import step_services
    from migrator.models import User
    from profiling.models import Dataset

    call_command("migrate", verbosity=0)
    owner, _ = User.objects.get_or_create(username="bench")
    if not Dataset.objects.filter(name="Bench").exists():
        with open(os.devnull, "w") as nowhere:  # the command would print what it read
            call_command("import_file", str(csv), dataset="Bench", owner="bench", country="US", stdout=nowhere)
        sheet = Dataset.objects.get(name="Bench").sheets.get()
        for column, slug in (("Company Name", "trim"), ("Email Address", "lowercase"), ("Phone", "phone_normalize")):
            step_services.add_step(sheet=sheet, column=column, slug=slug, user=owner)
    return Dataset.objects.get(name="Bench")


def pages(dataset: Dataset) -> Mapping[str, str]:
    """Return the addresses of the pages that are timed, by what a person would call them."""
    from django.urls import reverse

    sheet = dataset.sheets.get()
    grid = reverse("sheet_grid", args=[dataset.pk, sheet.pk])
    return {
        "grid": f"{grid}?page={sheet.rows // 100}",
        "findings": reverse("dataset_findings", args=[dataset.pk]),
        "mapping": reverse("dataset_mapping", args=[dataset.pk]),
        "cleaning": reverse("dataset_cleaning", args=[dataset.pk]),
        "files": reverse("dataset_files", args=[dataset.pk]),
    }


def milliseconds(client: Client, path: str) -> float:
    """Return the median time of a page, after one that warms what is kept between requests."""
    taken = []
    for _ in range(REPEAT + 1):
        start = time.perf_counter()
        response = client.get(path)
        taken.append((time.perf_counter() - start) * 1000)
        if response.status_code != 200:
            raise SystemExit(f"{path} answered {response.status_code}")
    return round(statistics.median(taken[1:]), 2)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

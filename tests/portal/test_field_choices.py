"""The finding about cells that are no choice of the field that their column fills."""

import pytest

from engine.detectors.field_choices import SLUG
from mapping.models import SheetTarget
from mapping.services import target_services
from profiling.models import Finding
from tests.factories import DatasetFactory
from tests.uploaded_files import add

pytestmark = pytest.mark.django_db

CSV = "Code,Account Name,Kind\n1000,Bank,Bank and Cash\n1100,Customers,Recievable\n4000,Sales,Income\n"


def test_the_finding_follows_the_mapping() -> None:
    dataset = DatasetFactory()
    add(dataset, "accounts.csv", CSV)
    sheet = dataset.sheets.get()
    target = target_services.choose_model(sheet=sheet, model="account.account")
    target_services.choose_field(target=target, column="Kind", field="account_type")
    finding = Finding.objects.get(sheet=sheet, slug=SLUG)
    assert finding.message == "'Recievable' (likely 'Receivable') is no choice of Odoo's"
    assert (finding.column, finding.rows, finding.safe) == ("Kind", [3], False)
    assert (finding.fix_step, finding.fix_params) == ("map_values", {"pairs": {"Recievable": "Receivable"}})
    target_services.choose_field(target=target, column="Kind", field="")
    assert not Finding.objects.filter(sheet=sheet, slug=SLUG).exists()
    assert SheetTarget.objects.filter(sheet=sheet).count() == 1

"""Cells that are no choice of the mapped field, each with its likeliest choice."""

import numpy as np
import pyarrow as pa
import pytest

from engine.detectors.field_choices import find_other_choices, likely_choice
from odoo_migrate import catalog

ACCOUNTS = catalog.load("18.0").model("account.account").field("account_type").selection


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Accounts receivable (A/R)", "Receivable"),
        ("Credit card", "Credit Card"),
        ("Current asset", "Current Assets"),
        ("FIXED ASSET", "Fixed Assets"),
        ("Non-current Liabilites", "Non-current Liabilities"),
        ("liability_payable", "Payable"),
        ("Whatever", ""),
    ],
)
def test_the_likeliest_choice(text: str, label: str) -> None:
    assert likely_choice(text, ACCOUNTS) == label


def found(cells: list[str], *, decided: bool = True):
    parts = [(np.arange(2, 2 + len(cells), dtype=np.int32), pa.array(cells, pa.string()))]
    return find_other_choices(parts, "Type", ACCOUNTS, decided=decided)


def test_what_is_no_choice_is_named_with_what_is_meant() -> None:
    finding = found(["Payable", "Recievable", " Recievable", "", "Whatever"])
    assert finding.message == "'Recievable' (likely 'Receivable') and 'Whatever' are no choice of Odoo's"
    assert (finding.rows, finding.count, finding.severity) == ([3, 4, 6], 3, "problem")
    assert finding.fix.params == {"pairs": {"Recievable": "Receivable"}}


def test_choices_in_any_case_are_right() -> None:
    assert not found(["payable", "ASSET_RECEIVABLE", "Bank and Cash", "N/A"])


def test_a_suggested_field_must_fit() -> None:
    assert not found(["Red", "Green", "Blue"], decided=False)
    assert found(["Payable", "Receivable", "Blue"], decided=False)

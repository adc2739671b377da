"""Steps on charts of accounts: the type of an account by a word for it, or by its code."""

from __future__ import annotations

import pyarrow as pa

from engine.steps.reading_step import by_row
from engine.steps.step import ColumnStep, Context, Example, Outcome
from engine.steps.step_parameters import Param
from engine.values import NotRead, account_types

NAME_COLUMN = Param(
    "name_column", "column", "Column with the account's name", help="It tells receivables and payables from the rest."
)
CHARTS = (
    ("SKR03", "SKR03 (Germany)"), ("SKR04", "SKR04 (Germany)"), ("FR", "Plan comptable général (France)"),
    ("BE", "Minimum chart (Belgium)"), ("ES", "Plan general de contabilidad (Spain)"), ("PT", "SNC (Portugal)"),
)  # fmt: skip


class AccountType(ColumnStep):
    """Write the words of other systems for kinds of accounts as Odoo's account types.

    The account's name decides whether a current asset is a receivable, and a current liability a payable.
    """

    slug = "account_type"
    label = "Make it Odoo's account type"
    help = "Turns Current Asset, CURRLIAB, Umlaufvermögen and the like into the account types that Odoo knows."
    group = "value"
    params = (NAME_COLUMN,)
    examples = (
        Example(
            ("BANK", "Current Asset", "CURRLIAB", "Erlöse", "asset_fixed", "Blorp", ""),
            ("asset_cash", "asset_current", "liability_current", "income", "asset_fixed", "Blorp", ""),
            {},
            (5,),
        ),
        Example(
            ("CURRENT", "CURRENT", "CURRLIAB"),
            ("asset_receivable", "asset_current", "liability_payable"),
            {"name_column": "Name"},
            others={"Name": ("Accounts Receivable", "Inventory", "Trade Creditors")},
        ),
    )
    name_column: str | None

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        """Read each distinct pair of word and name once."""
        columns = [values]
        if self.name_column:
            columns.append(context.others[self.name_column])
        return by_row(columns, self._read)

    def _read(self, text: str, name: str = "") -> tuple[str]:
        account_type = account_types.by_word(text)
        return (account_types.by_name(name, account_type) or account_type,)


class AccountTypeFromCode(ColumnStep):
    """Write Odoo's account type to a new column, by the account's code in a national chart."""

    slug = "account_type_from_code"
    label = "Find account types by the codes"
    help = "Writes the account type into a new column, as the codes of a national chart of accounts tell it."
    group = "value"
    params = (
        Param("chart", "choice", "Chart of accounts", required=True, choices=CHARTS),
        NAME_COLUMN,
        Param("into", "new_column", "New column", default="Account type"),
    )
    examples = (
        Example(
            ("1200", "1400", "8400", "10001", ""),
            ("1200", "1400", "8400", "10001", ""),
            {"chart": "SKR03"},
            (3,),
            added={"Account type": ("asset_cash", "asset_receivable", "income", "", "")},
        ),
    )
    chart: str
    name_column: str | None
    into: str

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        """Read each distinct pair of code and name once."""
        columns = [values]
        if self.name_column:
            columns.append(context.others[self.name_column])
        return by_row(columns, self._read, [self.into])

    def _read(self, code: str, name: str = "") -> tuple[str, str]:
        account_type = account_types.charts()[self.chart].type_of(code)
        if not account_type:
            raise NotRead("the chart of accounts has no such code")
        return code, account_types.by_name(name, account_type) or account_type


STEPS = (AccountType, AccountTypeFromCode)

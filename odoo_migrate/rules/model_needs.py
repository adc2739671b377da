"""What an Odoo model needs beyond what its catalog entry says.

The catalog's `required` is not the whole truth: some required fields are computed by Odoo when they are left out,
and some that are not required are refused by the database when they are empty.
"""

from __future__ import annotations

from collections.abc import Collection

from odoo_migrate.catalog import OdooField, OdooModel

# Required, without a default, and yet filled by Odoo itself when the import leaves them out: computed on creation,
# or the record behind an inherited model, which is created along.
FILLED_BY_ODOO = {
    "account.account": {"account_type"},
    "account.bank.statement.line": {"company_id", "currency_id", "date", "journal_id", "move_id"},
    "account.move": {"currency_id", "date", "journal_id"},
    "account.move.line": {"company_currency_id", "currency_id"},
    "account.payment": {"company_id", "currency_id", "date", "journal_id", "move_id"},
    "account.payment.term.line": {"payment_id"},
    "account.tax": {"country_id", "tax_group_id"},
    "hr.employee": {"resource_id"},
    "hr.version": {"employee_id"},
    "mrp.bom.byproduct": {"product_uom_id"},
    "mrp.production": {"location_dest_id", "location_src_id", "picking_type_id", "product_qty", "product_uom_id"},
    "mrp.workcenter": {"resource_id"},
    "product.supplierinfo": {"product_tmpl_id", "product_uom_id"},
    "product.product": {"product_tmpl_id", "uom_po_id"},
    "product.template": {"uom_po_id"},
    "purchase.order": {"currency_id"},
    "purchase.order.line": {"date_planned", "name", "price_unit", "product_qty"},
    "res.company": {"partner_id"},
    "res.lang": {"url_code"},
    "res.partner": {"property_account_payable_id", "property_account_receivable_id"},
    "res.users": {"partner_id", "property_account_payable_id", "property_account_receivable_id"},
    "sale.order": {"partner_invoice_id", "partner_shipping_id", "pricelist_id", "warehouse_id"},
    "sale.order.line": {"customer_lead", "name", "price_unit"},
    "stock.lot": {"name"},
    "stock.move": {"company_id", "location_dest_id", "location_id", "product_uom"},
    "stock.move.line": {"location_dest_id", "location_id", "product_uom_id"},
    "stock.picking": {"location_dest_id", "location_id", "move_type"},
    "stock.picking.type": {"default_location_dest_id", "default_location_src_id"},
    "stock.putaway.rule": {"location_out_id"},
    "stock.warehouse": {"lot_stock_id", "view_location_id"},
    "stock.warehouse.orderpoint": {"location_id", "warehouse_id"},
    "utm.campaign": {"name"},
}

# Not required by the model, refused by the database or by the record behind it when empty.
REFUSED_EMPTY = {
    "hr.employee": {"name"},
    "mrp.workcenter": {"name"},
    "res.partner": {"name"},
    "res.users": {"name"},
}

# Yes/no fields that are yes unless an import says otherwise, where an empty cell says no: what Odoo would do then.
YES_BY_DEFAULT = {
    "active": ("archive", "record"),
    "sale_ok": ("stop selling", "product"),
    "purchase_ok": ("stop buying", "product"),
}

# Fields of which Odoo wants each value once, and the models among which it looks.
ONCE_AMONG: dict[str, tuple[set[str], ...]] = {"barcode": ({"product.template", "product.product"}, {"res.partner"})}

# Records that lookups may create from a name, but that do more than their name says: what they would do.
BY_NAME_ALONE = {"account.payment.term": "everything under them would be due at once"}

# Lines that the database refuses without a product; only a down payment may go without, and then needs a name.
LINES_OF_PRODUCTS = {"purchase.order.line", "sale.order.line"}

# What a contact of type "contact" has from its parent. Up to Odoo 18 the loader can give it an address of its own
# afterwards; from 19 on, written into the contact it is written into the parent (seen on a real server).
SHARED_ADDRESS_SINCE = 19
ADDRESS = ("street", "street2", "city", "zip", "state_id", "country_id")

# Numbers and yes/no fields have no "empty": Odoo stores 0 or no.
_NEVER_EMPTY = {"boolean", "integer", "float", "monetary"}


def shares_address(version: str) -> bool:
    """Whether contacts of a company have its address in this version of Odoo ("19.0"), whatever their row says."""
    return int(version.partition(".")[0]) >= SHARED_ADDRESS_SINCE


def must_be_mapped(model: OdooModel, given: Collection[str]) -> list[OdooField]:
    """Fields without which Odoo creates no record of the model, where the fields `given` are filled."""
    filled = FILLED_BY_ODOO.get(model.name, set())
    return [
        field
        for name, field in model.fields.items()
        if name not in given
        and (
            name in _refused_empty(model, given)
            or name in _without_product(model, given)
            or (field.required and not field.has_default and field.type != "one2many" and name not in filled)
        )
    ]


def refuses_empty(model: OdooModel, field: OdooField, given: Collection[str]) -> bool:
    """Whether an empty cell of a mapped field is refused (it clears the field, whatever its default is)."""
    needed = field.required or field.name in _refused_empty(model, given)
    return needed and field.type not in _NEVER_EMPTY


def _refused_empty(model: OdooModel, given: Collection[str]) -> Collection[str]:
    """The database wants a name of contacts only; addresses of other types may go without."""
    if model.name == "res.partner" and "type" in given:
        return ()
    return REFUSED_EMPTY.get(model.name, ())


def _without_product(model: OdooModel, given: Collection[str]) -> Collection[str]:
    if model.name not in LINES_OF_PRODUCTS or "product_id" in given:
        return ()
    return ("name",) if "is_downpayment" in given else ("product_id",)

"""Say which fields Odoo wants filled.

The catalog's `required` is not the whole truth: some required fields are computed by Odoo when they are left out,
and some that are not required are refused by the database when they are empty. All of it holds in Odoo 16 to 19; a
model or field that a version lacks is not asked for.
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

# Records that lookups may create from a name, but that do more than their name says: what they would do.
BY_NAME_ALONE = {"account.payment.term": "everything under them would be due at once"}

# Models whose records are more than a name, though Odoo would take most of them with a name alone: nobody is advised
# to make them from the values of a column.
MORE_THAN_A_NAME = frozenset(BY_NAME_ALONE) | {
    "account.account",
    "account.bank.statement.line",
    "account.fiscal.position",
    "account.incoterms",
    "account.journal",
    "account.move",
    "account.move.line",
    "account.payment",
    "account.tax",
    "crm.lead",
    "hr.employee",
    "mrp.workcenter",
    "product.pricelist",
    "product.product",
    "product.supplierinfo",
    "product.template",
    "purchase.order",
    "res.company",
    "res.partner",
    "res.partner.bank",
    "res.users",
    "sale.order",
    "stock.location",
    "stock.warehouse",
}

# Lines that the database refuses without a product; only a down payment may go without, and then needs a name.
LINES_OF_PRODUCTS = {"purchase.order.line", "sale.order.line"}

# Numbers and yes/no fields have no "empty": Odoo stores 0 or no.
NEVER_EMPTY = frozenset({"boolean", "integer", "float", "monetary"})


def must_be_mapped(model: OdooModel, given: Collection[str]) -> list[OdooField]:
    """Return the fields without which Odoo creates no record of the model, where the fields `given` are filled."""
    demanded = {*_refused_empty(model, given), *_without_product(model, given)}
    return [
        field
        for name, field in model.fields.items()
        if name not in given and (name in demanded or _is_asked_for(model, field))
    ]


def not_mapped(field: OdooField, model: OdooModel) -> str:
    """Return the sentence about a field of `must_be_mapped`."""
    return f"Odoo needs '{field.label}' for every record of {model.label}, but nothing fills it."


def refuses_empty(model: OdooModel, field: OdooField, given: Collection[str]) -> bool:
    """Return whether an empty cell of a mapped field is refused: it clears the field, whatever its default is."""
    demanded = field.required or field.name in _refused_empty(model, given)
    return demanded and field.type not in NEVER_EMPTY


def needed(model: OdooModel, field: OdooField, given: Collection[str]) -> bool:
    """Return whether no record can be created without a value of this field.

    This asks for less than `refuses_empty`: the loader leaves empty cells of a new record out, and then Odoo's default,
    or what it computes, holds.
    """
    filled = field.has_default or field.name in FILLED_BY_ODOO.get(model.name, ())
    return refuses_empty(model, field, given) and not filled


def needed_at_once(model: OdooModel, field: OdooField, given: Collection[str]) -> bool:
    """Return whether a field must be filled when a record is created, so that it cannot wait for a second pass."""
    of_line = model.name in LINES_OF_PRODUCTS and field.name == "product_id"
    return of_line or needed(model, field, given)


def empty(field: OdooField) -> str:
    """Return what is wrong with an empty cell of a field that Odoo wants filled."""
    return f"is empty, but Odoo needs '{field.label}' for every record"


def name_field(model: OdooModel) -> str:
    """Return the field that holds a record's name: some models show a computed one."""
    if "name" in model.fields:
        return "name"
    return model.rec_name


def needed_beside_name(model: OdooModel) -> list[OdooField]:
    """Return the fields that a record made from a name lacks; none where Odoo takes one with a name alone."""
    return must_be_mapped(model, {name_field(model)})


def may_be_made_from_name(model: OdooModel) -> bool:
    """Return whether Odoo takes records of the model that have a name and nothing else."""
    return "name" in model.fields and not needed_beside_name(model)


def is_made_from_name(model: OdooModel) -> bool:
    """Return whether a name is all that there is to a record of the model, so that a value can become one."""
    return model.name not in MORE_THAN_A_NAME and may_be_made_from_name(model)


def name_alone(model: str, given: Collection[str]) -> str:
    """Return what a record that has a name and nothing else would do, "" where that is all it needs."""
    return BY_NAME_ALONE.get(model, "") if set(given) == {"name"} else ""


def _is_asked_for(model: OdooModel, field: OdooField) -> bool:
    """Return whether Odoo neither has a default of a required field nor fills it itself."""
    filled = field.has_default or field.name in FILLED_BY_ODOO.get(model.name, ())
    return field.required and field.type != "one2many" and not filled


def _refused_empty(model: OdooModel, given: Collection[str]) -> Collection[str]:
    """Return what the database refuses: a name of contacts only, addresses of other types may go without."""
    if model.name == "res.partner" and "type" in given:
        return ()
    return REFUSED_EMPTY.get(model.name, ())


def _without_product(model: OdooModel, given: Collection[str]) -> Collection[str]:
    """Return what an order line without a product must have."""
    if model.name not in LINES_OF_PRODUCTS or "product_id" in given:
        return ()
    return ("name",) if "is_downpayment" in given else ("product_id",)

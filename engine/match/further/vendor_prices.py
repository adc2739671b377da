"""Find the vendor that a sheet of products names in each row, for a vendor's price of the product."""

from __future__ import annotations

from collections.abc import Iterator

from engine.match.further.main_records import MainRecords
from engine.match.match_evidence import FieldSuggestion, TargetSuggestion
from engine.match.relation_suggestions import best_sibling
from engine.match.title_meaning import readings
from engine.match.weights import VENDOR_OF_PRODUCT

ROLE = "vendor"
MODEL = "product.supplierinfo"
_ID_WORD = "vendor_price"
# By the field of products that names them: what a vendor's price calls the product.
PRODUCT_FIELDS = {"product.template": "product_tmpl_id/id", "product.product": "product_id/id"}
_VENDOR = frozenset(["vendor"])
_OTHER_THINGS = frozenset(["product", "price", "cost", "lead", "time", "quantity", "date"])
# Further columns of such a row: the words of the title, and the field.
_DETAILS = (
    (frozenset(["vendor", "product", "number"]), "product_code"),
    (frozenset(["vendor", "product", "name"]), "product_name"),
    (frozenset(["lead", "time"]), "delay"),
)


def vendor_prices(main: MainRecords) -> Iterator[TargetSuggestion]:
    """Yield a target of vendors' prices where a column holds the keys of a sheet of vendors."""
    if MODEL not in main.sheet.catalog:
        return
    fields = main.sheet.catalog.model(MODEL).fields
    for values in main.sheet.columns:
        title = values.column.title
        if values.column.is_empty or not _names_vendor(title):
            continue
        sibling, _ = best_sibling(values, fields["partner_id"], main.sheet.others(values), weights=main.sheet.weights)
        if sibling is None:
            continue
        reason = f"'{title}' names a record of {sibling.sheet}, from which the product is bought"
        vendor = FieldSuggestion(title, "partner_id/id", VENDOR_OF_PRODUCT, reason, ref=sibling.mapping)
        columns = [main.link(PRODUCT_FIELDS[main.target.model]), vendor, *_details(main, title)]
        pattern = main.pattern(_ID_WORD, title)
        yield TargetSuggestion(
            MODEL, VENDOR_OF_PRODUCT, main.target.key, pattern, columns, ROLE, title,
            records=values.column.filled, reason=reason,
        )  # fmt: skip
        return


def _names_vendor(title: str) -> bool:
    return any(reading.words >= _VENDOR and not reading.words & _OTHER_THINGS for reading in readings(title))


def _details(main: MainRecords, vendor: str) -> Iterator[FieldSuggestion]:
    """Yield the price, which is the product's cost, and what the vendor calls the product."""
    taken: set[str] = set()
    for column in main.target.columns:
        if column.field == "standard_price":
            yield FieldSuggestion(column.title, "price", VENDOR_OF_PRODUCT, "what the product costs to buy")
        words = readings(column.title)[0].words
        for needed, name in _DETAILS:
            if needed <= words and column.title != vendor and name not in taken:
                taken.add(name)
                yield FieldSuggestion(column.title, name, VENDOR_OF_PRODUCT, "is the vendor's own")

"""Steps on codes with check digits."""

from __future__ import annotations

import re

from engine.steps.reading_step import COUNTRY, COUNTRY_COLUMN, CountryReadingStep, ReadingStep
from engine.steps.step import Context, Example
from engine.values import NotRead, vat_numbers

# EAN-8, and UPC-A, EAN-13 and GTIN-14.
_BARCODE = re.compile("[0-9]{8}|[0-9]{12,14}")
_SALESFORCE = re.compile("[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?")
# One character for each pattern of capitals among five, as Salesforce numbers the patterns.
_CASES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


class VatClean(CountryReadingStep):
    """Write VAT numbers with their country's letters, checked by python-stdnum.

    A country without a rule there keeps its numbers as they are.
    """

    slug = "vat_clean"
    label = "Clean VAT numbers"
    help = "Writes VAT numbers such as be 477 472 701 as BE0477472701; where the check digits fail, the cell stays."
    group = "address"
    safe = True
    params = (COUNTRY_COLUMN, COUNTRY)
    examples = (
        Example(
            ("be 477 472 701", "BE0477472701", "BE0477472702", "FR 40 303 265 045", ""),
            ("BE0477472701", "BE0477472701", "BE0477472702", "FR40303265045", ""),
            {},
            (2,),
        ),
        Example(
            ("0477.472.701", "136 695 976", "91-9192800", "477472701"),
            ("BE0477472701", "DE136695976", "91-9192800", "477472701"),
            {"country_column": "Country"},
            (3,),
            {"Country": ("Belgium", "DE", "US", "Atlantis")},
        ),
    )

    def read(self, text: str, country: str) -> str:
        return vat_numbers.clean(text, country)


class BarcodeClean(ReadingStep):
    """Write EAN-8, UPC-A, EAN-13 and GTIN-14 without spaces and hyphens, their check digit verified."""

    slug = "barcode_clean"
    label = "Clean barcodes"
    help = "Takes spaces and hyphens out of EAN and UPC barcodes; where the check digit fails, the cell stays."
    group = "address"
    safe = True
    examples = (
        Example(
            ("4006381333931", "4006381333932", "4 006381 333931", "036000291452", "ABC-12", ""),
            ("4006381333931", "4006381333932", "4006381333931", "036000291452", "ABC-12", ""),
            {},
            (1, 4),
        ),
    )

    def read(self, text: str, context: Context) -> str:
        """Return the bare digits; zeros that a barcode lost are not added, since any of the lengths may be meant."""
        import stdnum.ean  # takes long to import, so only who needs it waits

        digits = re.sub(r"[\s-]+", "", text)
        if not _BARCODE.fullmatch(digits):
            raise NotRead("it is not an EAN or UPC barcode")
        if not stdnum.ean.is_valid(digits):
            raise NotRead("its check digit does not fit")
        return digits


class SalesforceId18(ReadingStep):
    """Add the three characters that say which letters are capitals, so that ids differ in Excel and Odoo too."""

    slug = "salesforce_id_18"
    label = "Complete Salesforce ids"
    help = "Makes Salesforce ids of 15 characters, which differ only in capitals, into those of 18."
    group = "address"
    safe = True
    examples = (
        Example(
            ("0010Y00000abcDE", "0010Y00000abcDEQAY", "0010Y00000abcDEQAZ", "ACME", ""),
            ("0010Y00000abcDEQAY", "0010Y00000abcDEQAY", "0010Y00000abcDEQAZ", "ACME", ""),
            {},
            (2, 3),
        ),
    )

    def read(self, text: str, context: Context) -> str:
        """Return the id of 18 characters; one that has them already is checked."""
        written = text.strip()
        if not _SALESFORCE.fullmatch(written):
            raise NotRead("it is not a Salesforce id")
        complete = written[:15]
        for start in (0, 5, 10):
            complete += _CASES[_capitals(written[start : start + 5])]
        if len(written) == 18 and written != complete:
            raise NotRead("its last three characters do not fit the others")
        return complete


def _capitals(letters: str) -> int:
    """Return which of five characters are capitals as a number of five bits, the first one lowest."""
    bits = 0
    for place, letter in enumerate(letters):
        if "A" <= letter <= "Z":
            bits |= 1 << place
    return bits


STEPS = (VatClean, BarcodeClean, SalesforceId18)

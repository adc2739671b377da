"""Steps on numbers, amounts and percentages. They write plain numbers as Odoo reads them: `-1234.50`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from decimal import Context as Arithmetic
from typing import Any, ClassVar, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from engine.steps.reading_step import ReadingStep, by_row, merged
from engine.steps.step import Context, Example, Outcome
from engine.steps.step_parameters import Param, StepError
from engine.values import NotRead, currencies, numbers
from engine.values.text_masks import digit_masks

DECIMAL = Param(
    "decimal",
    "choice",
    "Decimal sign",
    default="auto",
    choices=(
        ("auto", "as the column shows"),
        ("point", "point, 1,234.5"),
        ("comma", "comma, 1.234,5"),
        ("each", "each cell by itself"),
    ),
    help="Where the column uses both and you do not choose, nothing with a comma or a point is converted.",
)
_SIGNS = {"point": ".", "comma": ",", "each": ""}
MOST_DECIMALS = 12  # far more than Odoo stores; a larger figure is a typing error
PLAIN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_SCIENTIFIC = re.compile(r"(?P<sign>[-+]?)(?P<whole>[0-9]+)(?:[.,](?P<fraction>[0-9]+))?[eE](?P<power>[-+]?[0-9]{1,3})")
_DECIMAL_ZERO = re.compile(r"(?P<whole>-?[0-9]+)[.,](?P<zeros>0+)")


# The forms that Arrow's patterns can take apart for a whole column, more than ten times as fast as one by one: at most
# one of the most frequent currencies, on one side. All other cells are read by engine.values.numbers.
_CURRENCIES = "EUR|USD|GBP|CHF"
# The characters around a number of these forms, none of them a digit or a mark: what trimming may take off.
_WORDS = "$€£% EURUSDGBPCHF"
_AROUND = {
    "number": r"^{number}\z",
    "percent": r"^{number} ?%?\z",
    "amount": rf"^(?:[$€£] ?{{number}}|(?:{_CURRENCIES}) {{number}}|{{number}}(?: ?[$€£]| ?(?:{_CURRENCIES}))?)\z",
}


class CommonForms(NamedTuple):
    """Hold which of a column's cells have a common form (`mask`, bool) and, for those cells only, their parts.

    `numbers` have a decimal point; `words` are what is around them.
    """

    mask: pa.Array
    numbers: pa.Array
    words: pa.Array


def common_forms(values: pa.Array, decimal: str, kind: numbers.Kind) -> CommonForms:
    """Return what `numbers.read`, `read_amount` or `read_percent` make of the cells of common forms, all at once.

    `decimal` is the column's decimal sign, a point or a comma.
    """
    group, mark = ",", "[.]"
    if decimal == ",":
        group, mark = mark, group
    number = rf"-?(?:0|[1-9][0-9]*|[1-9][0-9]{{0,2}}(?:{group}[0-9]{{3}})+)(?:{mark}[0-9]+)?"
    # Zeros in front, and groups that are not of three digits, are left to the readers of single cells.
    mask = pc.match_substring_regex(values, _AROUND[kind].format(number=number))
    cells = values.filter(mask)
    plain = pc.replace_substring(pc.utf8_trim(cells, _WORDS), group.strip("[]"), "")
    if decimal == ",":
        plain = pc.replace_substring(plain, ",", ".")
    return CommonForms(mask, plain, pc.utf8_trim(cells, "0123456789.,- "))


def currencies_of(words: pa.Array) -> pa.Array:
    """Return the ISO codes of currency signs and codes, "" where there is none or several share it."""
    encoded = words.dictionary_encode()
    meant = [currencies.possible(word) for word in encoded.dictionary.to_pylist()]
    codes = pa.array(map(_only, meant), pa.string())
    return codes.take(encoded.indices)


def _only(possible: frozenset[str]) -> str:
    if len(possible) != 1:
        return ""
    return next(iter(possible))


def with_cents(plain: pa.Array) -> pa.Array:
    """Return plain numbers with two decimals at least: `500` -> `500.00`, `12.5` -> `12.50`, `0.125` as it is."""
    # Decimals are counted from the point on; where there is none, that count means nothing and is not looked at.
    places = pc.subtract(pc.subtract(pc.binary_length(plain), pc.find_substring(plain, ".")), 1)
    endings = pc.case_when(
        pc.make_struct(pc.equal(pc.find_substring(plain, "."), -1), pc.equal(places, 1)), ".00", "0", ""
    )
    return pc.binary_join_element_wise(plain, endings, "")


class NumberStep(ReadingStep):
    """Read numbers with the decimal sign that the whole column shows."""

    group = "number"
    learns = True
    kind: ClassVar[numbers.Kind]
    decimal: str

    def validate(self) -> None:
        """Decide whether a second run would change what the first one wrote."""
        # `1.234`, written for `1,234` by one run, would be taken for a thousand by the next.
        self.idempotent = self.decimal != "comma"

    def alike(self, values: pa.Array) -> pa.Array:
        """Return shapes: which digits a number has says nothing of its decimal sign, but for a zero in front."""
        zero_first = pc.if_else(pc.match_substring_regex(values, "^[^0-9]*0"), "0", "")
        return pc.binary_join_element_wise(zero_first, digit_masks(values), "")

    def learn(self, distinct: Iterable[str], context: Context) -> Any:
        """Return the decimal sign that the column shows, and an example of each where it shows two."""
        if self.decimal != "auto":
            return None
        found = numbers.decimal_sign(distinct, self.kind)
        examples: list[str] = []
        if found.both:
            examples = [*found.comma_examples[:1], *found.point_examples[:1]]
        return {"sign": found.sign, "both": examples}

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        """Convert the cells of common forms all at once and the others one by one."""
        decimal = self.column_sign(context)
        # Without a sign for the whole column, each cell has to show its own.
        if not decimal:
            return self.one_by_one(values, context)
        found = common_forms(values, decimal, self.kind)
        others = pc.invert(found.mask)
        rest = self.one_by_one(values.filter(others), context)
        return merged(values, [(found.mask, self.at_once(found)), (others, rest)], self.adds(""))

    def one_by_one(self, values: pa.Array, context: Context) -> Outcome:
        """Return the outcome for cells of any form."""
        return super().apply(values, context)

    def at_once(self, found: CommonForms) -> Outcome:
        """Return the outcome for cells of common forms."""
        return Outcome(found.numbers)

    def column_sign(self, context: Context) -> str:
        """Return the decimal sign of the whole column, "" where it has none or both."""
        if self.decimal != "auto":
            return _SIGNS[self.decimal]
        learnt = context.learnt or {"sign": ""}
        return str(learnt["sign"])

    def sign(self, text: str, context: Context) -> str:
        """Return the decimal sign for a cell, "" where only the cell itself can show it.

        Raises:
            NotRead: the column uses both, and this cell would have to be converted.
        """
        if self.decimal != "auto":
            return _SIGNS[self.decimal]
        learnt = context.learnt or {"sign": "", "both": []}
        shown = ""
        if learnt["both"]:
            shown = numbers.sign_in(text, self.kind)
        if not shown:
            return str(learnt["sign"])
        # `1234.5` is written so already: to read it changes nothing, whatever the rest of the column means.
        if shown == "." and PLAIN.fullmatch(text):
            return "."
        comma, point = learnt["both"]
        raise NotRead(f"the column has both commas ({comma}) and points ({point}) as decimals: choose one")


class ParseNumber(NumberStep):
    """Read numbers as people write them; a currency or percent sign would be lost, so such a cell stays."""

    slug = "parse_number"
    label = "Read as numbers"
    help = "Writes numbers such as 1.234,50, (1.62) or 1'234 as Odoo reads them: 1234.50, -1.62, 1234."
    writes = "number"
    kind = "number"
    params = (DECIMAL,)
    examples = (
        Example(("1'234,50", "1 234,5", "6.328,60-", "1.234"), ("1234.50", "1234.5", "-6328.60", "1234")),
        Example(("(1.62)", "1.62-", "1,234", "", "5%"), ("-1.62", "-1.62", "1234", "", "5%"), {}, (4,)),
        Example(("1.234",), ("1.234",), {}, (0,)),
        Example(("1,234", "12.345,6"), ("1.234", "12345.6"), {"decimal": "comma"}),
        Example(("1,5", "1.5", "1,234"), ("1,5", "1.5", "1,234"), {}, (0, 2)),
        Example(("1,5", "1.5", "1,234"), ("1.5", "1.5", "1,234"), {"decimal": "each"}, (2,)),
    )

    def read(self, text: str, context: Context) -> str:
        return numbers.read(text, self.sign(text, context))


class ParseCurrency(NumberStep):
    """Read amounts of money; `currency_to` gets the ISO code, empty where several share the sign ($)."""

    slug = "parse_currency"
    label = "Read as amounts"
    help = "Writes amounts such as 1.234,56 € or $500 with a point and two decimals, 1234.56 and 500.00."
    writes = "number"
    kind = "amount"
    params = (
        DECIMAL,
        Param("currency_to", "new_column", "New column for the currency", help="Empty: currencies are left out."),
    )
    examples = (
        Example(
            ("1.234,56 €", "500", "12,5 USD", ""),
            ("1234.56", "500.00", "12.50", ""),
            {"currency_to": "Currency"},
            added={"Currency": ("EUR", "", "USD", "")},
        ),
        Example(("$1,000,000.00", "1200.5", "($3.00)", "free"), ("1000000.00", "1200.50", "-3.00", "free"), {}, (3,)),
    )
    currency_to: str | None

    def one_by_one(self, values: pa.Array, context: Context) -> Outcome:
        """Read amount and currency of each distinct cell; the currency counts only where a column takes it."""
        if not self.currency_to:
            return super().one_by_one(values, context)
        return by_row([values], lambda text: self._amount(text, context), [self.currency_to])

    def at_once(self, found: CommonForms) -> Outcome:
        """Write two decimals at least, and the currencies where a column takes them."""
        amounts = with_cents(found.numbers)
        if not self.currency_to:
            return Outcome(amounts)
        return Outcome(amounts, added={self.currency_to: currencies_of(found.words)})

    def read(self, text: str, context: Context) -> str:
        return self._amount(text, context)[0]

    def _amount(self, text: str, context: Context) -> tuple[str, str]:
        number, currency = numbers.read_amount(text, self.sign(text, context))
        whole, _, cents = number.partition(".")
        return f"{whole}.{cents:0<2}", currency


class ParsePercent(NumberStep):
    """Read percentages as numbers of points: `5%` and `5` are both 5, and 0.05 is 0.05 of a percent."""

    slug = "parse_percent"
    label = "Read as percentages"
    help = "Writes percentages such as 5 % or 12,5% as plain numbers, 5 and 12.5."
    writes = "number"
    safe = True
    kind = "percent"
    params = (DECIMAL,)
    examples = (Example(("5%", "5", "12,5 %", "-3%", "free", ""), ("5", "5", "12.5", "-3", "free", ""), {}, (4,)),)

    def read(self, text: str, context: Context) -> str:
        return numbers.read_percent(text, self.sign(text, context))


class Round(ReadingStep):
    """Round half up (2.5 to 3, -2.5 to -3), on the decimal digits as they are; fewer decimals stay."""

    slug = "round"
    label = "Round"
    help = "Rounds plain numbers to so many decimals; a half goes up."
    group = "number"
    params = (Param("digits", "integer", "Decimals", default=2),)
    examples = (
        Example(("1.005", "2.5", "-2.675", "10", "", "1,5"), ("1.01", "2.5", "-2.68", "10", "", "1,5"), {}, (5,)),
        Example(("2.5", "-2.5", "0.4"), ("3", "-3", "0"), {"digits": 0}),
    )
    digits: int

    def validate(self) -> None:
        """Check that the number of decimals makes sense."""
        if not 0 <= self.digits <= MOST_DECIMALS:
            raise StepError(f"The step round keeps 0 to {MOST_DECIMALS} decimals, not {self.digits}.")

    def read(self, text: str, context: Context) -> str:
        """Round a plain number; any other way of writing one is the business of parse_number."""
        plain = text.strip()
        if not PLAIN.fullmatch(plain):
            raise NotRead("it is not a plain number; read it as a number first")
        if len(plain.partition(".")[2]) <= self.digits:
            return plain
        # In decimal digits as they are: as floating point 1.005 is less than 1.005, and would round down.
        exact = Arithmetic(prec=len(plain) + 2)
        rounded = Decimal(plain, exact).quantize(Decimal(1).scaleb(-self.digits), ROUND_HALF_UP, exact)
        if rounded.is_zero():  # not -0.00
            rounded = abs(rounded)
        return f"{rounded:f}"


class UndoScientific(ReadingStep):
    """Write `4.155552671E+9` as 4155552671.

    Where the number has more digits than are shown, they are lost for good and the cell stays: `4.00638E+12` was some
    barcode.
    """

    slug = "undo_scientific"
    label = "Undo scientific notation"
    help = "Writes 4.155552671E+9 as 4155552671; where digits were lost, as in 4.00638E+12, the cell stays."
    group = "number"
    phase = "digits"
    safe = True
    examples = (
        Example(
            ("4.155552671E+9", "1,5e-3", "4.00638E+12", "1E10", "E10", ""),
            ("4155552671", "0.0015", "4.00638E+12", "1E10", "E10", ""),
            {},
            (2, 3),
        ),
    )

    def read(self, text: str, context: Context) -> str:
        """Write the number out; a cell of any other form stays."""
        found = _SCIENTIFIC.fullmatch(text.strip())
        if not found:
            return text
        whole, fraction, exponent = found["whole"], found["fraction"] or "", int(found["power"])
        if exponent > len(fraction):
            shown, length = len(whole + fraction), len(whole) + exponent
            raise NotRead(f"only {shown} of its {length} digits are there, the others may be lost")
        # With zeros in front there is a digit before the point for negative exponents too.
        digits = (whole + fraction).rjust(len(fraction) - exponent + 1, "0")
        place = len(digits) - len(fraction) + exponent
        number = digits[:place].lstrip("0") or "0"
        if place < len(digits):
            number += f".{digits[place:]}"
        if found["sign"] == "-":
            return f"-{number}"
        return number


class StripDecimalZero(ReadingStep):
    """Write `4155552671.0`, a number to some program and a code to people, without .0; `1.000` may be a thousand."""

    # Not safe: 12.0 may be an amount, and 12.00 the price that somebody wrote on purpose.
    slug = "strip_decimal_zero"
    label = "Remove .0"
    help = "Removes the .0 that another program put behind whole numbers and codes: 4155552671.0 becomes 4155552671."
    group = "number"
    phase = "digits"
    examples = (
        Example(
            ("4155552671.0", "12,00", "0012.0", "1.5", "A1.0", "1.000", ""),
            ("4155552671", "12", "0012", "1.5", "A1.0", "1.000", ""),
            {},
            (5,),
        ),
    )

    def read(self, text: str, context: Context) -> str:
        """Remove the zeros behind the point or comma; a cell of any other form stays."""
        found = _DECIMAL_ZERO.fullmatch(text.strip())
        if not found:
            return text
        # Three digits behind one to three others look like a group of thousands.
        if len(found["zeros"]) == 3 and len(found["whole"].lstrip("-")) <= 3:
            raise NotRead("it could be a thousand")
        return found["whole"]


STEPS = (ParseNumber, ParseCurrency, ParsePercent, Round, UndoScientific, StripDecimalZero)

"""Steps on numbers with a unit of measure."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa

from engine.steps.reading_step import by_row
from engine.steps.step import ColumnStep, Context, Example, Outcome
from engine.steps.step_parameters import Param
from engine.values import NotRead, numbers, units


class OneUnit(ColumnStep):
    """Write numbers without their unit, all in `unit`: `12 oz.` and `12 ounces` -> `12`, 1 kg in g -> `1000`.

    Numbers without a unit stay. Where `unit_to` is given, any unit goes there and no number is converted.
    """

    slug = "one_unit"
    label = "Take units away from numbers"
    help = "Writes '12.0 oz.' and '12.0 ounce' as 12.0, and 500 g as 0.5 where kg is meant."
    group = "number"
    params = (
        Param("unit", "text", "Unit that is meant", default="", help="Such as kg. Other weights are converted to it."),
        Param("unit_to", "new_column", "New column for the unit, instead of a conversion"),
        Param("fractions", "boolean", "Numbers without % are parts of 1", default=False),
    )
    examples = (
        Example(("12.0 oz.", "12.0 ounce", "12.0", ""), ("12.0", "12.0", "12.0", ""), {"unit": "oz"}),
        Example(("500 g", "1,5 kg", "2 m", "two"), ("0.5", "1,5", "2 m", "two"), {"unit": "kg"}, (2, 3)),
        Example(("5%", "0.19", "7 %"), ("5", "19", "7"), {"unit": "%", "fractions": True}),
        Example(
            ("3 Stück", "2 m", "4"),
            ("3", "2", "4"),
            {"unit_to": "Unit"},
            added={"Unit": ("pcs", "m", "")},
        ),
    )
    unit: str
    unit_to: str | None
    fractions: bool

    def validate(self) -> None:
        """Hold the sign of the unit, or the unit itself where it is none that is known."""
        self._sign = units.sign_of(self.unit) or self.unit
        # A fraction that became a percentage would be taken for a fraction again.
        self.idempotent = not self.fractions

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        """Read each distinct cell once."""
        if self.unit_to:
            return by_row([values], self._parted, [self.unit_to])
        return by_row([values], self._without_unit)

    def _parted(self, text: str) -> tuple[str, str]:
        found = units.read(text)
        return found.number, units.sign_of(found.unit) or found.unit

    def _without_unit(self, text: str) -> tuple[str]:
        found = units.read(text)
        if not found.unit:
            return (self._bare(found.number),)
        sign = units.sign_of(found.unit) or found.unit
        if sign == self._sign:
            return (found.number,)
        if not units.sign_of(found.unit):
            raise NotRead(f"'{found.unit}' is no unit that is known")
        return (units.converted(found.number, sign, self._sign),)

    def _bare(self, number: str) -> str:
        if not self.fractions:
            return number
        return f"{(100 * Decimal(numbers.read(number))).normalize():f}"


STEPS = (OneUnit,)

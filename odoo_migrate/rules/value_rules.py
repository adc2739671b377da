"""Say which texts Odoo's import takes as values of each field type.

Measured on Odoo 18, where every value arrives as a text; nothing of it differs in 16, 17 and 19. An empty cell
is no value: whether it may be empty is a rule of `required_fields`.
"""

from __future__ import annotations

import base64
import binascii
import itertools
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from odoo_migrate.catalog import OdooField
from odoo_migrate.rules import FIRST_VERSION
from odoo_migrate.rules.shipped_records import language_codes
from odoo_migrate.rules.time_zones import time_zones

DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
TIME = "(?: (?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?)?"
INTEGER = "-?[0-9]+"
FLOAT = r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?"
INTEGER_LIMIT = 2**31  # of PostgreSQL's int4
# What the import takes for yes and no, in any case; its translations of these words depend on the user's language.
YES = frozenset({"1", "true", "yes"})
NO = frozenset({"0", "false", "no"})

_DAY = re.compile(DAY)
_TIME = re.compile(TIME)
_INTEGER = re.compile(INTEGER)
_FLOAT = re.compile(FLOAT)
_LONGEST_INTEGER = 10  # digits of the limit; more of them are not worth converting
_SHOWN_CHOICES = 12
_NUMBERS = frozenset({"float", "monetary"})


@dataclass(frozen=True)
class ValueRule:
    """Hold one thing that a cell must keep to.

    Attributes:
        kind: a slug, the same for all fields.
        predicate: what is wrong with a cell that breaks the rule.
        accepts: whether a cell that is not empty keeps to the rule.
        since: the first version of Odoo for which it holds.
    """

    kind: str
    predicate: str
    accepts: Callable[[str], bool]
    since: int = FIRST_VERSION


def value_rules(field: OdooField, version: str) -> tuple[ValueRule, ...]:
    """Return what the cells of a field must keep to; a cell breaks one of the rules at most."""
    if field.type in _OF_TYPES:
        return _OF_TYPES[field.type]
    if field.type == "selection":
        return _choice_rules(field, version)
    if field.type == "char" and field.size:
        return (_length_rule(field.size),)
    return ()


def value_cautions(field: OdooField, timezone: str) -> tuple[ValueRule, ...]:
    """Return what Odoo takes, but does not store as it was meant; `timezone` is the migration's."""
    if field.type in _NUMBERS and field.digits is not None:
        return (_rounding(field.digits[1]),)
    if field.type == "datetime" and timezone == "UTC":
        return (_DAY_BEFORE,)
    return ()


def wrong_value(rules: Iterable[ValueRule], cell: str) -> str:
    """Return what is wrong with a cell, which is not empty, by any of the rules; "" where nothing is."""
    for rule in rules:
        if not rule.accepts(cell):
            return rule.predicate
    return ""


def choice_texts(choices: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Return the texts, in lower case, that the import takes for any of the choices: keys and labels, in any case."""
    return frozenset(text.lower() for text in itertools.chain.from_iterable(choices))


def long_decimals(decimals: int) -> str:
    """Return the pattern of numbers with more decimals than that, zeros at the end aside."""
    return rf"\.[0-9]{{{decimals}}}[0-9]*[1-9]0*"


def _is_yes_or_no(cell: str) -> bool:
    word = cell.lower()
    return word in YES or word in NO


def _is_no_mere_day(cell: str) -> bool:
    return _DAY.fullmatch(cell) is None


def _is_day(cell: str) -> bool:
    if not _DAY.fullmatch(cell):
        return False
    try:
        date.fromisoformat(cell)
    except ValueError:
        return False
    return True


def _is_moment(cell: str) -> bool:
    return _is_day(cell[:10]) and _TIME.fullmatch(cell, 10) is not None


def _is_integer(cell: str) -> bool:
    return _INTEGER.fullmatch(cell) is not None


def _fits_integer(cell: str) -> bool:
    """Return whether a whole number can be stored; anything else is not this rule's business."""
    if not _is_integer(cell):
        return True
    digits = cell.lstrip("-").lstrip("0")
    if len(digits) > _LONGEST_INTEGER:
        return False
    return -INTEGER_LIMIT <= int(cell) < INTEGER_LIMIT


def _is_number(cell: str) -> bool:
    return _FLOAT.fullmatch(cell) is not None


def _is_base64(cell: str) -> bool:
    try:
        base64.b64decode(cell, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


_NUMBER = ValueRule("not_a_number", "is not a number such as 1234.56", _is_number)
_DAY_BEFORE = ValueRule(
    "day_before",
    "has no time of day, and the time zone is UTC; people west of Greenwich would see the day before",
    _is_no_mere_day,
)
_OF_TYPES: dict[str, tuple[ValueRule, ...]] = {
    "boolean": (ValueRule("not_yes_no", "is neither yes nor no (1 or 0)", _is_yes_or_no),),
    "date": (ValueRule("not_a_date", "is not a date such as 2026-01-31", _is_day),),
    "datetime": (ValueRule("not_a_datetime", "is not a date and time such as 2026-01-31 14:30:00", _is_moment),),
    "integer": (
        ValueRule("not_an_integer", "is not a whole number such as 12", _is_integer),
        ValueRule("too_large", "is a larger whole number than Odoo can store", _fits_integer),
    ),
    "float": (_NUMBER,),
    "monetary": (_NUMBER,),
    "binary": (ValueRule("not_a_file", "is not a file's content in base64", _is_base64),),
}


def _choice_rules(field: OdooField, version: str) -> tuple[ValueRule, ...]:
    if field.name == "lang":  # its choices are the languages installed on the server that was asked
        return _among("is no language code such as en_US", language_codes(version))
    if field.name == "tz" and not field.selection:  # the catalog keeps no list of them
        return _among("is no time zone such as Europe/Brussels", time_zones())
    labels = [label for _, label in field.selection]
    shown = ", ".join(labels[:_SHOWN_CHOICES])
    if len(labels) > _SHOWN_CHOICES:
        shown += ", …"
    return _among(f"is not one of Odoo's choices ({shown})", choice_texts(field.selection))


def _among(predicate: str, allowed: Iterable[str]) -> tuple[ValueRule, ...]:
    """Return the rule that a cell must be one of `allowed`, case aside; none where nothing is known."""
    lowered = {text.lower() for text in allowed}
    if not lowered:
        return ()

    def accepts(cell: str) -> bool:
        return cell.lower() in lowered

    return (ValueRule("not_a_choice", predicate, accepts),)


def _length_rule(size: int) -> ValueRule:
    predicate = f"is longer than the {size} characters that Odoo stores"
    return ValueRule("too_long", predicate, lambda cell: len(cell) <= size)


def _rounding(decimals: int) -> ValueRule:
    longer = re.compile(rf"{long_decimals(decimals)}\Z")
    predicate = f"has more decimals than Odoo keeps ({decimals}); it would be rounded"
    return ValueRule("rounded", predicate, lambda cell: longer.search(cell) is None)

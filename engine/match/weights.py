"""Hold the numbers that suggestions are computed with, except the points of single titles.

Scores are points: 1 is a title that means a field beyond doubt, below `least_score` nothing fits. The defaults were set
by hand on the title lists in tests/data (headers.json, and the parts of headers_more.json that are not marked
"unseen"), each so that the share of right fields and right models was greatest. `manage.py score_mappings --sweep NAME`
repeats that measurement for one weight, fold by fold.

The points of single titles (`company @.86` in engine/match/models/*.yml) are part of the models' descriptions: they say
how surely these words mean that field. They were set by hand with the same measure; a sweep cannot change them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, NamedTuple

from odoo_migrate.project.nearest_names import did_you_mean

# How titles are read, in letters, words and readings. These bound the work on odd titles, and they are no weights:
# readings are cached for good, so they cannot be overridden for a measurement.
MOST_COMPOUND_PARTS = 4
LONGEST_COMPOUND = 40
LONGEST_CODE = 10
SHORTEST_MISSPELT = 5
LONG_WORD = 10
WRONG_LETTERS = 1
WRONG_LETTERS_OF_LONG_WORD = 2
LONGEST_ENTRY = 7
MOST_READINGS = 12
MOST_WORDS = 25
# What is looked at and shown of a sheet.
MOST_SAMPLES = 40
SHOWN_CANDIDATES = 5
# Further records of a row: how sure they are, and the shares of values from which on a column of people holds something
# else, a column of names holds people, or a person's name is the record's own once more. Set by hand on lists of
# contacts of several systems.
CONTACT_PERSON = 0.9
SECOND_ADDRESS = 0.85
VENDOR_OF_PRODUCT = 0.9
NAMES_IN_LEVELS = 0.9
MOST_NOT_NAMES = 0.5
NAMES_OF_PEOPLE = 0.7
SAME_NAMES = 0.5


class ValueEffect(NamedTuple):
    """Hold the points for a field whose kind of values most, some or hardly any of the column's values are."""

    most: float
    some: float
    few: float


@dataclass(frozen=True)
class WeightDescription:
    """Describe one weight for people: its name, default, meaning, and the least and greatest sensible value."""

    name: str
    default: float
    meaning: str
    least: float
    most: float


class UnknownWeight(ValueError):
    """Refuse a name that no weight has; the text is one sentence for the user."""


def _weight(default: float, meaning: str, least: float = 0.0, most: float = 1.0) -> Any:
    return field(default=default, metadata={"meaning": meaning, "least": least, "most": most})


_FIRM = ValueEffect(0.05, -0.15, -0.55)  # kinds that are recognised for certain
_CHOICE = ValueEffect(0.08, -0.05, -0.35)  # closed sets of words
_SOFT = ValueEffect(0.05, 0.0, -0.15)  # words that every system invents anew

_VALUE_EFFECTS: Mapping[str, ValueEffect] = {
    "email": _FIRM, "money": _FIRM, "percent": _FIRM, "date": _FIRM, "boolean": _FIRM,
    "iban": ValueEffect(0.05, 0.0, -0.1), "phone": ValueEffect(0.05, -0.05, -0.4), "url": ValueEffect(0.05, 0.0, -0.4),
    "salutation": ValueEffect(0.15, -0.2, -0.5), "product_kind": ValueEffect(0.18, -0.2, -0.5),
    "active": ValueEffect(0.08, -0.15, -0.5), "address_type": ValueEffect(0.2, -0.2, -0.5),
    "gender": _CHOICE, "marital": _CHOICE, "employment": _SOFT,
    "country": _SOFT, "currency": _SOFT, "unit": _SOFT, "language": _SOFT, "postal_code": _SOFT, "vat": _SOFT,
    "barcode": _SOFT, "priority": _SOFT, "state": ValueEffect(0.04, 0.0, -0.3),
}  # fmt: skip


# Compared by identity: a changed copy is another set of weights, and a set is cheap as part of a cache's key.
@dataclass(frozen=True, eq=False)
class MatchWeights:
    """Hold the weights of one run of the matcher; pass a changed copy along to measure a change."""

    # What a title says about a field.
    unknown_word: float = _weight(0.28, "Points that each word of the title takes away that no dictionary holds.")
    misspelt_word: float = _weight(0.06, "Points that each word takes away that only resembles a dictionary entry.")
    neutral_word: float = _weight(0.03, "Points that a further word takes away that says nothing, such as 'list'.")
    aside_word: float = _weight(0.36, "Points that a further word takes away that points aside, such as 'shipping'.")
    other_word: float = _weight(0.6, "Points that any other further word of the dictionary takes away.")
    barrier_word: float = _weight(1.0, "Points that a further word takes away that rules a field out.", 0, 2)
    further_word: float = _weight(0.005, "Points for each further word that a field asks for and the title holds.")
    record_by_name: float = _weight(0.02, "Points by which a record's name is behind its key as a reference.")
    label_pattern: float = _weight(0.8, "Points of a title that says Odoo's own label of a field.", 0, 1.2)
    single_word: float = _weight(0.75, "Points from which on a pattern of one word means its field alone.", 0, 1.2)
    known_export: float = _weight(1.1, "Points of a column of an export that its system's file describes.", 0, 2)
    import_name: float = _weight(1.0, "Points of a title that is Odoo's import name of a field.", 0, 2)
    slashed_half: float = _weight(0.1, "Points that a title loses of which only one side of a slash is understood.")
    shared_beginning_titles: float = _weight(4, "Titles that must begin alike for their beginning to count.", 2, 20)
    shared_beginning_share: float = _weight(0.4, "Share of the titles that must begin alike likewise.")

    # Which field a column gets.
    least_score: float = _weight(0.5, "Points below which no field fits.")
    rescue_by_values: float = _weight(0.2, "Points below `least_score` that good values may still make up for.")
    neighbour: float = _weight(0.04, "Points for a field whose group the column to the left or right belongs to.")
    name_bonus: float = _weight(0.6, "Points that it is worth, among all columns, that records get their name.")
    sure_name: float = _weight(0.6, "Points from which on a column may well hold the records' name.")
    company_name: float = _weight(0.95, "Points of a company's name for the column that holds it beside people's.")
    name_lag: float = _weight(0.2, "Points that a column may be behind the best candidate for the name.")
    linked_values: float = _weight(0.2, "Points for a field that points to the sheet whose keys all the values are.")
    linked_share: float = _weight(0.5, "Share of a column's values from which on they count as another sheet's keys.")
    unique_share: float = _weight(0.9, "Share of different cells from which on a column names records.")
    highest_confidence: float = _weight(0.99, "The highest confidence that is shown: a suggestion is never certain.")
    order_key: float = _weight(0.95, "Confidence that an order's key names the order of its lines.")

    # What values say about a field.
    most_values: float = _weight(0.6, "Share of the values from which on most are of a kind.")
    some_values: float = _weight(0.25, "Share of the values from which on some are of a kind.")
    strange_values: float = _weight(0.8, "Share of the values from which on a column holds another kind altogether.")
    unproven_choice: float = _weight(-0.12, "Points of a closed set of words in a column without values.", -1, 0)
    dates_in_text: float = _weight(-0.4, "Points of a text or record field whose values are dates.", -1, 0)
    answers_in_text: float = _weight(-0.35, "Points of such a field whose values are words for yes and no.", -1, 0)
    amounts_in_text: float = _weight(-0.3, "Points of such a field whose values are amounts with decimals.", -1, 0)
    emails_in_text: float = _weight(-0.3, "Points of such a field whose values are email addresses.", -1, 0)
    house_numbers: float = _weight(0.05, "Points of a street whose values hold words and a number.")
    digits_as_street: float = _weight(-0.3, "Points of a street whose values are digits alone.", -1, 0)
    digits_as_name: float = _weight(-0.2, "Points of a name or title whose values are digits alone.", -1, 0)
    value_effects: Mapping[str, ValueEffect] = field(default_factory=lambda: _VALUE_EFFECTS)

    # Which model a sheet gets.
    sheet_name: float = _weight(0.3, "Points for a model that the sheet's whole name speaks of.")
    unknown_name_word: float = _weight(0.5, "Words that an unknown word counts for in a sheet's name.", 0, 2)
    no_typical_field: float = _weight(0.25, "Points that a model loses of whose typical fields none is filled.")
    other_trade: float = _weight(0.2, "Points that a model loses where the sheet speaks of another trade.")
    recognised_export: float = _weight(0.5, "Points for the model of the system's export that the sheet looks like.")
    lacking_lag: float = _weight(0.15, "Points that a model may be behind one that lacks a field it cannot be without.")
    least_fit: float = _weight(0.3, "Points from which on a model is suggested at all.")
    fewest_fields: float = _weight(2, "Columns with a field that a model needs whose name the sheet lacks.", 1, 10)
    full_fit: float = _weight(1.2, "Points from which on nothing more is wanted of a model.", 0.5, 2)
    no_lead: float = _weight(0.75, "Confidence of a model that fits fully and has no lead over the next one.")
    greatest_lead: float = _weight(0.25, "Points of lead over the next model beyond which it is no surer.")
    outdone_model: float = _weight(0.5, "Confidence of a model that another one fits better.")
    best_fit: float = _weight(1.3, "Points that are shown as full confidence among the likeliest models.", 0.5, 2)

    def changed(self, changes: Mapping[str, float]) -> MatchWeights:
        """Return a copy with some weights changed, by the names that `weight_descriptions` gives.

        Raises:
            UnknownWeight: where no weight has one of the names.
        """
        plain: dict[str, Any] = {}
        effects = dict(self.value_effects)
        for name, value in changes.items():
            described_weight(name)
            kind, _, part = name.partition(".")
            if part:
                effects[kind] = effects[kind]._replace(**{part: value})
            else:
                plain[name] = value
        return replace(self, value_effects=effects, **plain)

    def value(self, name: str) -> float:
        """Return the weight of a name that `weight_descriptions` gives."""
        return next(value for other, value in _values(self) if other == name)


WEIGHTS = MatchWeights()

_SHARES = {"most": "most", "some": "some", "few": "hardly any"}


def weight_descriptions() -> list[WeightDescription]:
    """Return all weights in the order of the file, those of values as "email.most", "product_kind.few"."""
    described = {one.name: one.metadata for one in fields(MatchWeights)}
    found = []
    for name, value in _values(WEIGHTS):
        kind, _, part = name.partition(".")
        if part:
            meaning = f"Points of a field for {kind} where {_SHARES[part]} of the values are of that kind."
            found.append(WeightDescription(name, value, meaning, -1.0, 1.0))
        else:
            metadata = described[name]
            found.append(WeightDescription(name, value, metadata["meaning"], metadata["least"], metadata["most"]))
    return found


def described_weight(name: str) -> WeightDescription:
    """Return the description of a weight.

    Raises:
        UnknownWeight: where no weight has the name.
    """
    described = {one.name: one for one in weight_descriptions()}
    if name not in described:
        raise UnknownWeight(f"There is no weight '{name}'{did_you_mean(name, list(described))}")
    return described[name]


def _values(weights: MatchWeights) -> Iterator[tuple[str, float]]:
    for one in fields(weights):
        value = getattr(weights, one.name)
        if not isinstance(value, Mapping):
            yield one.name, value
            continue
        for kind, effect in value.items():
            for part in effect._fields:
                yield f"{kind}.{part}", getattr(effect, part)

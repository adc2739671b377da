"""Tell from a column's title what its values may be, and what they are not.

A hint is weak evidence, used where values could be several things. A title that names another thing speaks against
what the values look like: cities are no states, a language is no country.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from engine.values.folding import fold
from engine.values.languages import folded_words, languages, words, words_by_key

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@lru_cache(maxsize=4096)
def says(title: str) -> frozenset[str]:
    """Return the kinds that a title's words hint at: `BillingPostalCode` -> {"postal_code", "code"}.

    Besides the kinds of a column's values: vat, barcode, person, name, city, later (dates that lie ahead), birth.
    """
    hints: set[str] = {"percent"} if "%" in title else set()
    parts = fold(_HUMP.sub(" ", title)).split()
    for word in (*parts, "".join(parts)):
        hints |= _kinds_by_word().get(word, set())
    if not folded_words("beside_names").isdisjoint(parts):
        hints -= {"name", "person"}
    return frozenset(hints)


# What the things that titles name are, where that speaks against reading the values as something else. The things are
# those under which the languages' files list the ways of writing a title.
_SUBJECTS: Mapping[str, tuple[str, ...]] = {
    "country": ("country", "nationality", "origin country", "birth country"),
    "state": ("state",),
    "email": ("email", "private email"),
    "phone": ("phone", "mobile", "fax", "private phone", "private mobile", "emergency phone"),
    "postal_code": ("zip",),
    "url": ("website",),
    "birth": ("birthday", "spouse birthday"),
    "date": (
        "date", "document date", "accounting date", "order date", "invoice date", "due date", "delivery date",
        "expected date", "closing date", "start date", "end date", "hire date", "departure date", "birthday",
        "spouse birthday", "created", "modified",
    ),
    "percent": ("percent", "discount", "probability"),
    "vat": ("vatid",),
    "language": ("language",),
    "unit": ("unit", "weight unit", "purchase unit", "packaging", "package", "volume", "dimension"),
    "currency": ("currency",),
    "city": ("city", "birth place", "zip city"),
    "choice": (
        "color", "type", "category", "subcategory", "status", "stage", "priority", "gender", "salutation", "tag",
        "marital status", "product kind", "address type", "account type", "employment type", "invoice status",
        "fulfillment status", "costing method", "group", "industry", "payment method", "payment terms", "incoterm",
        "journal", "attribute", "variant", "option", "privacy", "resolution", "tax", "product category", "pipeline",
    ),
    "text": (
        "product", "product name", "description", "short description", "note", "designation", "brand", "project",
        "project name", "task", "task name", "milestone", "job", "job title", "department", "team", "memo", "title",
        "posting text", "model", "school", "street", "address", "address line 1", "address line 2", "address line 3",
        "warehouse", "bank", "role", "contact", "contact person", "person", "firstname", "lastname", "middlename",
        "second name", "spouse", "manager", "owner", "user", "creator", "assignee", "buyer", "salesperson",
        "organizer", "attendee", "partner", "partner name", "customer", "customer name", "vendor", "company",
        "company name", "trade name", "name", "campaign", "opportunity", "lead", "carrier", "component", "employee",
        "purchase description", "customer note", "vendor product name", "signature", "subject", "parent",
        "parent company", "location", "work location", "field of study", "education",
    ),
    "code": (
        "sku", "barcode", "iban", "bic", "reference", "order number", "invoice number", "customer number", "id",
        "product number", "external id", "serial", "lot", "registry number", "national id", "passport",
        "social security number", "vendor number", "commodity code", "routing number", "bank account", "code",
        "tracking number", "document number", "ledger account", "car plate", "login", "employee number",
        "project number", "partner number", "vendor product number", "vendor invoice number", "purchase order number",
        "sale order number", "customer order reference", "vendor reference", "payment reference", "fiscal code",
        "number",
    ),
    "value": (
        "price", "sale price", "regular price", "special price", "unit price", "cost", "last cost", "amount", "total",
        "open amount", "balance", "revenue", "expected revenue", "recurring revenue", "limit", "credit limit",
        "discount amount", "tax amount", "debit", "credit", "margin", "budget", "salary", "shipping cost",
        "hourly cost",
    ),
    "boolean": (
        "active", "inactive", "is company", "published", "can be sold", "can be purchased", "billable", "all day",
        "featured", "email opt out", "deleted", "track stock", "private", "trusted", "reconcile",
    ),
    "document": (
        "order number", "invoice number", "document number", "purchase order number", "sale order number",
        "vendor invoice number", "journal entry", "order", "invoice", "document",
    ),
    "booking": ("debit", "credit", "debit credit indicator"),
    "quantity": (
        "quantity", "min quantity", "delivered quantity", "received quantity", "invoiced quantity", "hours",
        "on hand quantity", "counted quantity", "reserved quantity", "weight", "gross weight", "factor", "count",
        "exchange rate", "latitude", "longitude", "max stock", "reorder point", "reorder quantity", "score",
    ),
}  # fmt: skip
SHORTEST_ENDING = 4  # letters of a word at the end of another
MOST_WORDS = 6  # of a title that is looked up; longer ones are sentences


@lru_cache(maxsize=4096)
def subjects(title: str) -> frozenset[str]:
    """Return what a title is about, where it names a thing: `Variant Weight Unit` -> {"unit"}, `Ort` -> {"city"}.

    They are the keys of _SUBJECTS; none where the title names no such thing. The whole title counts, or else the
    longest part at its end and at its beginning that means something, or else the end of a word that was made of
    several: `Rechnungsland`.
    """
    parts = fold(_HUMP.sub(" ", title)).split()[:MOST_WORDS]
    if not parts:
        return frozenset()
    whole = _subjects_by_title().get(" ".join(parts), frozenset())
    if whole:
        return whole
    found: set[str] = set()
    for shorter in (_endings(parts), _beginnings(parts)):
        known = filter(None, map(_subjects_by_title().get, shorter))
        found |= next(known, frozenset())
    return frozenset(found) or _subjects_of_compound(parts[-1])


def _subjects_of_compound(word: str) -> frozenset[str]:
    """Return what the longest ending of a word names, in languages that run words together."""
    for start in range(1, len(word) - SHORTEST_ENDING + 1):
        found = _subjects_by_ending().get(word[start:], frozenset())
        if found:
            return found
    return frozenset()


def _endings(parts: list[str]) -> Iterator[str]:
    """Yield what a title ends in, the longest part first."""
    for start in range(1, len(parts)):
        yield " ".join(parts[start:])


def _beginnings(parts: list[str]) -> Iterator[str]:
    """Yield what a title begins with, the longest part first."""
    for end in range(len(parts) - 1, 0, -1):
        yield " ".join(parts[:end])


def hints_of(title: str) -> frozenset[str]:
    """Return all that a title says: the kinds that its words hint at, and what it is about.

    A title that is about a code (Invoice No.) also says `identifier`; one with a word that may mean a code does not.
    """
    about = subjects(title)
    if "code" in about:
        about |= {"identifier"}
    return says(title) | about


@cache
def _subjects_by_title() -> Mapping[str, frozenset[str]]:
    """Return what each folded way of writing a title is about."""
    return _about("")


@cache
def _subjects_by_ending() -> Mapping[str, frozenset[str]]:
    """Return the same of single words, in the languages that run words together."""
    found: dict[str, frozenset[str]] = {}
    for language in languages():
        if not any(words("compound_links", language)):
            continue
        for way, about in _about(language).items():
            if len(way) >= SHORTEST_ENDING and " " not in way:
                found[way] = found.get(way, frozenset()) | about
    return found


def _about(language: str) -> dict[str, frozenset[str]]:
    """Return what the ways of writing a title are about, in one language or ("") in all."""
    of_thing: dict[str, set[str]] = {}
    for subject, things in _SUBJECTS.items():
        for thing in things:
            of_thing.setdefault(thing, set()).add(subject)
    found: dict[str, frozenset[str]] = {}
    for thing, ways in words_by_key("titles", language).items():
        for way in (thing, *ways):
            folded = fold(way)
            if thing in of_thing:
                found[folded] = found.get(folded, frozenset()) | of_thing[thing]
    return found


@cache
def _kinds_by_word() -> Mapping[str, set[str]]:
    """Return the kinds that each word hints at, by the folded word."""
    found: dict[str, set[str]] = {}
    for kind, listed in words_by_key("title_hints").items():
        for word in listed:
            found.setdefault(fold(word), set()).add(kind)
    return found

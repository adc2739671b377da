"""Words that stand for yes, for no and for nothing at all, in seven languages."""

from __future__ import annotations


def _words(text: str, separator: str | None = None) -> frozenset[str]:
    return frozenset(text.split(separator))


YES = _words(
    "1 y yes true t on x ✓ ✔ ☑ ✅ active oui vrai j ja wahr aktiv si sí sì s vero verdadero sim verdadeiro waar"
)
NO = _words("0 n no false f off ✗ ✘ ☐ ❌ inactive non faux nein falsch inaktiv falso não nao nee onwaar")

EMPTY = _words(
    "n/a|na|n.a.|n. a.|#n/a|#nv|none|null|nil|-|--|---|–|—|.|..|...|?|??|tbd|t.b.d.|tba|unknown|not available|"
    "missing|k.a.|k. a.|keine angabe|keine angaben|unbekannt|fehlt|n/v|inconnu|s/o|néant|sin datos|s/d|"
    "desconocido|sconosciuto|n/d|n.d.|nd|onbekend|n.v.t.|nvt|desconhecido|sem dados|<null>|(null)|(none)|[null]|"
    "(blank)|(empty)|(leer)|undefined|nan",
    "|",
)
"""Lower case, as they stand in a cell without spaces around."""


def yes_or_no(text: str) -> bool | None:
    """Return what a word answers: `Oui`, `J`, `x`, `1` -> True; `Nein`, `f` -> False; None for other words."""
    word = text.strip().casefold()
    if word in YES:
        return True
    return False if word in NO else None


def means_empty(text: str) -> bool:
    """Tell whether a text is one of those that people type where they know nothing: `N/A`, `-`, `k.A.`."""
    return text.strip().lower() in EMPTY

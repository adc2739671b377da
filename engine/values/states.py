"""States, provinces and counties to codes such as US-CA, always within one country."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import resources

from engine.values.folding import fold

# `US-CA`, and `California (US)` as Odoo shows a state.
_PREFIXED = re.compile(r"\s*([A-Za-z]{2})\s*-\s*(.+)", re.DOTALL)
_SUFFIXED = re.compile(r"(.+)\(([A-Za-z]{2})\)\s*", re.DOTALL)


@lru_cache(maxsize=16384)
def code(text: str, country: str) -> str | None:
    """Return a state's code: `California`, `Calif.`, `ca` or `US-CA` in country "US" -> "US-CA".

    The codes are ISO 3166-2's where Odoo has those, else Odoo's own. None where the country has no such state, or the
    text names another country than `country`.

    Args:
        text: A name or a code.
        country: An ISO alpha-2 code. Without one ("") only a text that names its country is read (`US-CA`,
            `California (US)`): a name alone may be a state of several countries.
    """
    own = _states().get(country, {}).get(fold(text))
    if own:
        return f"{country}-{own}"
    for named, state in _with_country(text):
        found = _states().get(named, {}).get(fold(state))
        if found and country in ("", named):
            return f"{named}-{found}"
    return None


def _with_country(text: str) -> list[tuple[str, str]]:
    found = []
    prefixed = _PREFIXED.fullmatch(text)
    if prefixed:
        found.append((prefixed[1].upper(), prefixed[2]))
    suffixed = _SUFFIXED.fullmatch(text)
    if suffixed:
        found.append((suffixed[2].upper(), suffixed[1]))
    return found


@cache
def _states() -> Mapping[str, Mapping[str, str]]:
    """Return country -> folded code or name -> code. A code wins over a name; a name of two states is left out."""
    codes: dict[str, dict[str, str]] = {}
    names: dict[str, dict[str, str]] = {}
    listed = resources.files(__package__).joinpath("states.tsv").read_text(encoding="utf-8")
    for line in listed.splitlines()[1:]:
        country, state, known = line.split("\t")
        codes.setdefault(country, {})[fold(state)] = state
        for name in known.split("|"):
            named = names.setdefault(country, {})
            if fold(name) in named:  # a name of two states means neither
                named[fold(name)] = ""
            else:
                named[fold(name)] = state
    return {country: names[country] | own for country, own in codes.items()}

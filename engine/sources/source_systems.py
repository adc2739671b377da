"""Read what the exports of source systems look like, and recognise them.

The systems are the folders beside this module that hold a `source.yml`; docs/developers/adding-a-source-system.md says
what it holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

import yaml

from engine.values.folding import fold

# Below three titles that other systems hardly have, two systems may well call their columns alike.
_LEAST_POINTS = 3.0
# A sheet is an export only if it is mostly made of that export's columns.
_LEAST_SHARE = 0.5
# Share of the best system's points above which the runner-up makes the result uncertain.
_GREATEST_RIVAL = 0.5

# LibYAML reads files about ten times faster where it is compiled in.
_loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class BadSource(ValueError):
    """Refuse a `source.yml` that does not describe a system; the text says what is wrong with which."""


@dataclass(frozen=True)
class SystemExport:
    """Hold what one export of a system looks like; all texts are folded.

    `distinctive` are titles that hardly any other system has, `titles` further ones. `names` is what its sheets,
    files or report heads may be called. `model` is what its rows are in Odoo.

    `fields` says what its columns are in that model, by title, and `lines` what they are in the model of an order's
    lines; `nothing` are the titles of columns that Odoo has no use for. `roles` are the titles of columns that are
    filled for customers alone, and for vendors alone: {"customer": (…), "vendor": (…)}.
    """

    key: str
    label: str
    model: str
    distinctive: frozenset[str]
    titles: frozenset[str]
    names: frozenset[str]
    fields: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, str] = field(default_factory=dict)
    nothing: frozenset[str] = frozenset()
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def knows(self, title: str) -> bool:
        """Return whether it says what a column of this title is."""
        plain = plain_title(title)
        return plain in self.nothing or plain in self.fields or plain in self.lines


@dataclass(frozen=True)
class SourceSystem:
    """Hold one system: its name as people say it, and its exports."""

    key: str
    name: str
    exports: tuple[SystemExport, ...]

    @property
    def distinctive(self) -> frozenset[str]:
        """Return the distinctive titles of all its exports."""
        return frozenset[str]().union(*(export.distinctive for export in self.exports))


@dataclass(frozen=True)
class Recognised:
    """Hold the system and the export that a sheet looks like.

    `share` is the part of the sheet's titles that the export has, 0 to 1; `export_label` is what people call it.
    """

    system: str
    export: str
    model: str
    share: float
    system_name: str
    export_label: str

    @property
    def details(self) -> SystemExport:
        """Return all that is known of the export."""
        exports = source_systems()[self.system].exports
        return next(one for one in exports if one.key == self.export)

    @property
    def sentence(self) -> str:
        """Return what it looks like: "looks like Salesforce's account export"."""
        owner = f"{self.system_name}'s".replace("s's", "s'")
        return f"looks like {owner} {self.export_label}"


@dataclass(frozen=True)
class _ExportFit:
    """Hold how well an export explains a sheet."""

    system: SourceSystem
    export: SystemExport
    points: float
    share: float


def recognise(titles: Sequence[str], sheet_name: str = "", report_lines: Iterable[str] = ()) -> Recognised | None:
    """Return the export that a sheet looks like, None where it may as well be another system's or nobody's.

    Args:
        titles: the titles of its columns.
        sheet_name: what its tab or file is called.
        report_lines: the texts above the table, such as a report's head.
    """
    found = set(map(plain_title, titles)) - {""}
    names = set(map(fold, (sheet_name, *report_lines)))
    fits = [_best_export(system, found, names) for system in source_systems().values()]
    fits.sort(key=_rank, reverse=True)
    best, *others = fits
    if best.points < _LEAST_POINTS or best.share <= _LEAST_SHARE:
        return None
    if others and others[0].points > _GREATEST_RIVAL * best.points:
        return None
    system, export = best.system, best.export
    return Recognised(system.key, export.key, export.model, best.share, system.name, export.label)


def plain_title(title: str) -> str:
    """Return a title as titles are compared: folded, and without the star that marks a column that must be filled."""
    return fold(title.strip().strip("*"))


def _best_export(system: SourceSystem, titles: set[str], names: set[str]) -> _ExportFit:
    fits = [_fit(system, export, titles, names) for export in system.exports]
    return max(fits, key=_rank)


def _rank(fit: _ExportFit) -> tuple[float, float]:
    return fit.points, fit.share


def _fit(system: SourceSystem, export: SystemExport, titles: set[str], names: set[str]) -> _ExportFit:
    points = 0.0
    for title in titles & export.distinctive:
        # A title that several systems have tells the less.
        points += 1 / _systems_with()[title]
    if points and names & export.names:
        points += 1
    own = titles & (export.distinctive | export.titles)
    return _ExportFit(system, export, points, len(own) / max(len(titles), 1))


@cache
def _systems_with() -> Counter[str]:
    """Return for each distinctive title how many systems have it."""
    counts = Counter[str]()
    for system in source_systems().values():
        counts.update(system.distinctive)
    return counts


# The files


@cache
def source_systems() -> Mapping[str, SourceSystem]:
    """Return the systems by the names of their folders.

    Raises:
        BadSource: where a file does not describe a system.
    """
    found = {}
    for folder in sorted(resources.files(__package__).iterdir(), key=lambda entry: entry.name):
        file = folder.joinpath("source.yml")
        if folder.is_dir() and file.is_file():
            content = yaml.load(file.read_text(encoding="utf-8"), Loader=_loader)  # noqa: S506 - a safe loader
            found[folder.name] = read_system(folder.name, content)
    return found


def read_system(key: str, content: Any) -> SourceSystem:
    """Return the system that the content of a `source.yml` describes.

    Raises:
        BadSource: where it describes none.
    """
    try:
        exports = [_read_export(name, entry) for name, entry in content["exports"].items()]
        return SourceSystem(key, str(content["name"]), tuple(exports))
    except KeyError as problem:
        raise BadSource(f"{key}/source.yml: {problem} is missing") from problem
    except (AttributeError, TypeError) as problem:
        raise BadSource(f"{key}/source.yml: a name and exports, each with its titles, are wanted") from problem


def _read_export(key: str, entry: Mapping[str, Any]) -> SystemExport:
    return SystemExport(
        key,
        str(entry["called"]),
        str(entry["model"]),
        distinctive=_folded(entry["distinctive"]),
        titles=_folded(entry.get("titles", [])),
        names=_folded(entry.get("names", [])),
        fields=_by_title(entry.get("fields", {})),
        lines=_by_title(entry.get("lines", {})),
        nothing=_folded(entry.get("nothing", [])),
        roles={str(party): tuple(map(plain_title, titles)) for party, titles in entry.get("roles", {}).items()},
    )


def _by_title(entries: Mapping[Any, Any]) -> dict[str, str]:
    return {plain_title(str(title)): str(meant) for title, meant in entries.items()}


def _folded(texts: Iterable[Any]) -> frozenset[str]:
    return frozenset(map(plain_title, map(str, texts)))

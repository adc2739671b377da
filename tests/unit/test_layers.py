"""Layers point one way, and the packages that compute know no Django."""

import tomllib
from graphlib import CycleError, TopologicalSorter

import pytest

from tests.imports import ROOT, imports, modules, named, reached

# A package may import itself and these.
BELOW = {
    "odoo_migrate": set(),
    "engine": {"odoo_migrate"},
    "migrator": {"engine", "odoo_migrate"},
    "profiling": {"migrator", "engine", "odoo_migrate"},
    "mapping": {"migrator", "profiling", "engine", "odoo_migrate"},
    "exporting": {"migrator", "profiling", "mapping", "engine", "odoo_migrate"},
}
# The rooms of the engine: each may use those in front of it.
ROOMS = (
    "values",
    "readers",
    "sheets",
    "profile",
    "detectors",
    "steps",
    "recipe",
    "clean",
    "sources",
    "match",
    "bundle",
)
PURE = ("odoo_migrate", "engine")
DJANGO = {"django", "django_q", "django_htmx", "ninja", "csp", "template_partials"}


def package(name: str) -> str:
    return name.partition(".")[0]


@pytest.mark.parametrize("name", BELOW)
def test_layers_point_one_way(name):
    wrong = [
        f"{module} imports {other}"
        for module in modules()
        if package(module) == name
        for other in sorted(imports(module))
        if package(other) in set(BELOW) - BELOW[name] - {name}
    ]
    assert wrong == []


@pytest.mark.parametrize("name", BELOW)
def test_no_modules_wait_for_each_other(name):
    """Wherever in a module the import is, and for types alone: modules in a circle can only be understood together."""
    graph = {module: named(module) for module in modules() if package(module) == name}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as circle:
        pytest.fail(" → ".join(circle.args[1]))


def test_the_rooms_of_the_engine_point_one_way():
    wrong = [
        f"{module} imports {other}"
        for module in modules()
        for other in sorted(named(module))
        if package(module) == package(other) == "engine" and not in_order(room(module), room(other))
    ]
    assert wrong == []


def in_order(user: str, used: str) -> bool:
    return user == used or ROOMS.index(used) < ROOMS.index(user)


def room(module: str) -> str:
    return module.split(".")[1]


def pure() -> list[str]:
    """The modules that compute."""
    return [module for module in modules() if package(module) in PURE]


def test_what_computes_is_held_to_the_strictest_types():
    overrides = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]["overrides"]
    [patterns] = [part["module"] for part in overrides if part.get("disallow_untyped_defs")]
    assert {f"{name}.*" for name in PURE} <= set(patterns)


@pytest.mark.parametrize("module", pure())
def test_no_django_where_data_is_computed(module):
    for name, chain in reached(module).items():
        assert {package(other) for other in imports(name)} & DJANGO == set(), " → ".join(chain)

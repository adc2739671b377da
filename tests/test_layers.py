"""Layers point one way, and the packages that compute know no Django."""

import tomllib

import pytest

from tests.imports import ROOT, imports, modules, reached

# A package may import itself and these.
BELOW = {
    "odoo_migrate": set(),
    "migrator": set(),
    "profiling": {"migrator"},
    "mapping": {"migrator", "profiling", "odoo_migrate"},
    "exporting": {"migrator", "profiling", "mapping", "odoo_migrate"},
}
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


def pure() -> list[str]:
    """The modules that compute: those which pyproject.toml holds to the strictest types."""
    overrides = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]["overrides"]
    [patterns] = [part["module"] for part in overrides if part.get("disallow_untyped_defs")]
    return [module for module in modules() if any(matches(module, pattern) for pattern in patterns)]


def matches(module: str, pattern: str) -> bool:
    stem = pattern.removesuffix(".*")
    return module == stem or (pattern.endswith(".*") and module.startswith(f"{stem}."))


def test_the_pure_packages_are_what_the_design_says():
    named = set(pure())
    for module in ("odoo_migrate.catalog", "profiling.header", "mapping.recipe", "mapping.transforms.base"):
        assert module in named


@pytest.mark.parametrize("module", pure())
def test_no_django_where_data_is_computed(module):
    for name, chain in reached(module).items():
        assert {package(other) for other in imports(name)} & DJANGO == set(), " → ".join(chain)

"""Which module of the project imports what, read from the source without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("odoo_migrate", "engine", "migrator", "profiling", "mapping", "exporting")


@cache
def modules() -> dict[str, Path]:
    """Dotted name -> file, for all of our packages but their migrations."""
    files = (path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return {_name(path): path for path in files if "migrations" not in path.parts}


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def imports(module: str) -> frozenset[str]:
    """All that a module imports, anywhere in its code: modules, and for `from a import b` also `a.b`."""
    return frozenset(name for base, names in _statements(module) for name in [base, *names])


def named(module: str) -> set[str]:
    """Our own modules that a module asks for: for `from a import b` that is `a.b` where it is a module, else `a`."""
    known, found = modules(), set()
    for base, names in _statements(module):
        found |= {name if name in known else base for name in names or [base]}
    return (found & set(known)) - {module}


def _statements(module: str) -> Iterator[tuple[str, list[str]]]:
    """Of every import, wherever in the code it is: the module, and what is taken from it, with the module in front."""
    path = modules()[module]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, []) for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            base = _base(node, package)
            yield base, [f"{base}.{alias.name}" for alias in node.names]


def _base(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parents = package.split(".")
    return ".".join([*parents[: len(parents) - node.level + 1], node.module or ""]).strip(".")


def ours(module: str) -> set[str]:
    """Our own modules that a module imports; importing `a.b` runs `a` first."""
    named = {
        ".".join(parts[:n]) for name in imports(module) if (parts := name.split(".")) for n in range(1, len(parts) + 1)
    }
    return {name for name in named if name in modules() and name != module}


def reached(module: str) -> dict[str, tuple[str, ...]]:
    """Every module of ours that importing this one brings in -> the chain of imports that leads there."""
    chains = {module: (module,)}
    waiting = [module]
    while waiting:
        here = waiting.pop()
        for name in sorted(ours(here) - set(chains)):
            chains[name] = (*chains[here], name)
            waiting.append(name)
    return chains

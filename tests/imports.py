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
    path = modules()[module]
    tree = ast.parse(path.read_text(encoding="utf-8"))
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    return frozenset(name for node in ast.walk(tree) for name in _named(node, package))


def _named(node: ast.AST, package: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        parents = package.split(".")
        base = ".".join([*parents[: len(parents) - node.level + 1], node.module or ""] if node.level else [node.module])
        yield base.strip(".")
        yield from (f"{base.strip('.')}.{alias.name}" for alias in node.names)


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

"""Rules of the house that a reader would otherwise have to check by eye."""

import ast
import re
import subprocess
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 45  # lines of a function; about ten is the aim
MOST_MODULES = 24  # in a folder; about twenty is the aim
ROOMS = ("engine", "odoo_migrate", "migrator", "profiling", "mapping", "exporting", "bench")


@cache
def tracked() -> tuple[Path, ...]:
    """Text files of the project: what git knows, and what it would take up."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    paths = (ROOT / name for name in listed.split("\0") if name)
    return tuple(path for path in paths if path.is_file() and b"\0" not in path.read_bytes()[:8192])


def source() -> list[Path]:
    """Python of the product: no tests, no migrations."""
    relative = {path: path.relative_to(ROOT).parts for path in tracked() if path.suffix == ".py"}
    return [path for path, parts in relative.items() if parts[0] != "tests" and "migrations" not in parts]


@pytest.mark.parametrize("path", source(), ids=lambda path: str(path.relative_to(ROOT)))
def test_functions_are_short(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    sizes = {f"{node.name}, line {node.lineno}": node.end_lineno - node.lineno + 1 for node in functions}
    assert {name: size for name, size in sizes.items() if size > LONGEST} == {}


# Django finds these by their names, and every app has them.
CONVENTIONAL = {
    "__init__", "__main__", "access", "admin", "api", "apps", "forms", "models", "pages", "receivers", "selectors",
    "services", "settings", "signals", "tasks", "urls", "views",
}  # fmt: skip


def test_no_two_modules_have_one_name():
    names = Counter(path.stem for path in source() if path.parent.name != "commands")
    assert {name for name, count in names.items() if count > 1} <= CONVENTIONAL


def test_no_two_public_classes_have_one_name():
    found = defaultdict(list)
    for path in source():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(str(path.relative_to(ROOT)))
    # Django and click look for commands under this name.
    assert {name: paths for name, paths in found.items() if len(paths) > 1 and name != "Command"} == {}


@pytest.mark.parametrize("room", ["engine", "odoo_migrate", "migrator", "profiling", "mapping", "exporting"])
def test_a_folder_can_be_seen_at_a_glance(room):
    modules = Counter(path.parent.relative_to(ROOT) for path in source() if path.relative_to(ROOT).parts[0] == room)
    assert {str(folder): count for folder, count in modules.items() if count > MOST_MODULES} == {}


def test_the_layout_names_every_room():
    text = (ROOT / "docs" / "developers" / "layout.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `([a-z_/]+)/` \|", text, re.MULTILINE))
    folders = {path.parent.relative_to(ROOT) for path in tracked() if path.suffix in {".py", ".yml", ".json"}}
    deep = {
        "management",
        "middleware",
        "migrations",
        "templatetags",
        "pages",
        "services",
        "views",
        "sources",
    }  # explained with their app or room
    rooms = {
        folder.as_posix()
        for folder in folders
        if folder.parts and folder.parts[0] in ROOMS and not deep.intersection(folder.parts[1:])
    }
    assert named == rooms | {"engine/sources", "templates", "static", "tests"}


def test_no_paths_of_one_machine():
    # Put together here, so that this file does not find itself.
    of_one_machine = re.compile("|".join(["/(?:work|farm|root|home/[a-z]+)" + "/", r"\.\." + "/shared"]))
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in tracked()
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if of_one_machine.search(line)
    ]
    assert found == []


def test_nothing_is_left_for_later():
    marks = re.compile(r"\b(?:TO" + "DO|FIX" + "ME|X" + r"XX)\b")
    found = [str(path.relative_to(ROOT)) for path in source() if marks.search(path.read_text(encoding="utf-8"))]
    assert found == []


def variables() -> set[str]:
    """Environment variables that the settings read."""
    text = (ROOT / "migrator" / "settings.py").read_text() + (ROOT / "gunicorn.conf.py").read_text()
    return set(
        re.findall(
            r'(?:env\.(?:text|required|switch|number|words|mapping|folder|one_of|url)|environ\.get)\(\s*"([A-Z_]+)"',
            text,
        )
    )


def test_the_readme_has_a_row_for_every_setting():
    table = (ROOT / "README.md").read_text().partition("## Settings")[2].partition("\n## ")[0]
    rows = set(re.findall(r"^\| `([A-Z_]+)`", table, re.MULTILINE))
    assert len(variables()) > 20
    assert rows == variables()


def test_compose_sets_only_what_is_read():
    text = (ROOT / "compose.yaml").read_text().partition("environment: &environment")[2].partition("volumes:")[0]
    assert set(re.findall(r"^    ([A-Z_]+):", text, re.MULTILINE)) <= variables()


def test_the_documentation_names_every_make_target():
    targets = re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert {"run", "test", "lint", "bench", "pin", "help"} <= set(targets)
    text = (ROOT / "docs" / "developers" / "running.md").read_text()
    assert [target for target in targets if f"`make {target}" not in text] == []


def test_links_between_the_documents_lead_somewhere():
    documents = [path for path in tracked() if path.suffix == ".md"]
    broken = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in documents
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", path.read_text(encoding="utf-8"))
        if not (path.parent / target).exists()
    ]
    assert broken == []


def test_pages_load_nothing_from_elsewhere():
    loads = re.compile(r'(?:src|href|action)="https?://|url\(["\']?https?:|@import')
    pages = [path for path in tracked() if path.suffix in {".html", ".css"}]
    assert [str(path.relative_to(ROOT)) for path in pages if loads.search(path.read_text(encoding="utf-8"))] == []


def test_pages_keep_to_the_content_security_policy():
    inline = re.compile(r'\sstyle="|\son[a-z]+="|<style|<script(?![^>]*\ssrc=)', re.IGNORECASE)
    pages = [path for path in tracked() if path.suffix == ".html"]
    assert [str(path.relative_to(ROOT)) for path in pages if inline.search(path.read_text(encoding="utf-8"))] == []

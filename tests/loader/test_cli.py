"""odoo-migrate without a server: what the commands say, how they end, and what the package needs."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest

from odoo_migrate.cli.cli_output import Output, grouped_by_shape
from odoo_migrate.project.problems import Problem, Problems
from tests import loader_docs
from tests.imports import ROOT, imports, modules
from tests.loader_shell import clean_environment, commands, here, mission, run

CONNECTED = ("--url", "http://127.0.0.1:9", "--db", "test", "--username", "admin")
LEAVES = [(path, one) for path, one in commands() if not isinstance(one, click.Group)]
# All but one work in a project.
IN_PROJECTS = [(path, one) for path, one in LEAVES if path != ("catalog", "make")]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return mission(tmp_path)


# --- Help -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("path", "command"), LEAVES, ids=lambda value: " ".join(value) if isinstance(value, tuple) else ""
)
def test_every_command_has_project_json_and_examples(path, command):
    said = here(*path, "--help")
    assert said.status == 0
    assert ("--project DIR" in said.out) == ((path, command) in IN_PROJECTS)
    for words in ("--json", "Examples:", f"odoo-migrate {' '.join(path)}"):
        assert words in said.out


def test_the_help_reads_nothing_that_only_a_load_needs():
    """Half of its time would go into the HTTP library, the JSON Schemas and the tables."""
    code = (
        "import sys; from odoo_migrate.cli import main; main(['load', 'run', '--help'], standalone_mode=False);"
        "print(*sorted({'httpx', 'jsonschema', 'rich'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.split() == []


def test_the_page_of_commands_is_up_to_date():
    assert loader_docs.PAGE.read_text(encoding="utf-8") == loader_docs.page(), "run: python -m tests.loader_docs"


def test_it_is_installed_without_django(tmp_path: Path):
    """What pyproject.toml declares is all that the package imports, and Django is not among it."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    names = {re.split(r"[<>=]", one)[0].lower() for one in declared}
    code = (
        "import pkgutil, sys, importlib, odoo_migrate\n"
        "for one in pkgutil.walk_packages(odoo_migrate.__path__, 'odoo_migrate.'): importlib.import_module(one.name)\n"
        "print(*{name.partition('.')[0].lower() for name in sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    installed = set(done.stdout.split())
    assert names == {"pyyaml", "click", "httpx", "jsonschema", "rich", "thefuzz"}
    assert not installed & {
        "django",
        "pandas",
        "pyarrow",
        "polars",
        "numpy",
        "exporting",
        "mapping",
        "profiling",
        "migrator",
    }


# --- Layers ---------------------------------------------------------------------------------------------------
# Each package may use those in front of it; a login and the stages know nothing of each other.
ORDER = ("catalog", "project", "rules", "stages", "odoo", "loading", "cli")
LAYERS = {name: set(ORDER[:place]) for place, name in enumerate(ORDER)}
LAYERS["odoo"] -= {"rules", "stages"}


def layer(module: str) -> str:
    """The package inside odoo_migrate; "" for the modules beside them."""
    name = module.removeprefix("odoo_migrate.").partition(".")[0]
    return name if name in LAYERS else ""


@pytest.mark.parametrize("module", [name for name in modules() if name.startswith("odoo_migrate.")])
def test_inside_the_loader_imports_point_down_too(module: str):
    here_ = layer(module)
    above = set(LAYERS) - LAYERS.get(here_, set()) - {here_}
    if module == "odoo_migrate.__main__":
        above.discard("cli")
    found = {other for other in imports(module) if other.startswith("odoo_migrate.") and layer(other) in above}
    assert found == set()


def test_only_the_commands_print():
    below = [path for name, path in modules().items() if name.startswith("odoo_migrate.") and layer(name) != "cli"]
    assert [path for path in below if re.search(r"\bprint\(|sys\.std(out|err)", path.read_text(encoding="utf-8"))] == []


# --- The way without a server -----------------------------------------------------------------------------------
def test_from_a_bundle_to_a_run(project: Path):
    prepared = run("source", "prepare", "--project", project)
    assert (prepared.status, prepared.out.splitlines()[-1]) == (
        0,
        "4 rows prepared. Next: odoo-migrate transform execute",
    )
    assert here("transform", "execute", "--project", project).out.splitlines()[-1] == (
        "4 records ready. Next: odoo-migrate validate check"
    )
    assert here("validate", "check", "--project", project).status == 0
    made = here("load", "init", "--run-id", "first", "--project", project)
    assert "Run first: 4 records to load." in made.out
    assert (project / "runs/first/order.txt").read_text().split() == ["res.partner.category", "res.partner"]
    assert here("load", "status", "first", "--json", "--project", project).json["state"] == "new"
    again = here("load", "init", "--run-id", "first", "--project", project)
    assert (again.status, again.out) == (2, "")
    assert "There is a run 'first' already" in again.err


def test_json_is_one_document(project: Path):
    assert run("source", "prepare", "--json", "--project", project).json == {
        "files": [{"file": "customers.csv", "rows": 2}, {"file": "tag.csv", "rows": 2}],
        "problems": [], "errors": 0, "warnings": 0,
    }  # fmt: skip
    done = here("transform", "execute", "config/mappings/res.partner.yml", "--json", "--project", project)
    assert [one["mapping"] for one in done.json["mappings"]] == ["res.partner"]
    assert done.err == ""
    here("transform", "execute", "--project", project)
    made = here("load", "init", "--run-id", "a", "--json", "--project", project).json
    assert [one["records"] for one in made["steps"]] == [2, 2]
    assert here("load", "status", "--json", "--project", project).json["runs"][0]["run"] == "a"


def test_the_page_on_json_names_every_key(project: Path):
    page = (ROOT / "docs/loader/json.md").read_text()
    documents = [
        here("source", "prepare", "--json", "--project", project).json,
        here("transform", "execute", "--json", "--project", project).json,
        here("validate", "check", "--json", "--project", project).json,
        here("load", "init", "--run-id", "a", "--json", "--project", project).json,
        here("load", "status", "a", "--json", "--project", project).json,
    ]
    assert {key for one in documents for key in keys(one)} - set(re.findall(r'"(\w+)"', page)) == set()


def keys(document: object) -> set[str]:
    if isinstance(document, dict):
        return set(document).union(*map(keys, document.values()))
    return set().union(*map(keys, document)) if isinstance(document, list) else set()


# --- What is wrong with the data -------------------------------------------------------------------------------
def test_problems_are_listed_with_their_place_and_end_with_1(project: Path):
    raw = project / "data/raw/customers.csv"
    raw.write_text(raw.read_text() + "Gamma,ACME003,c@c.com,+15551234567,Nobody\n")
    changed = here("source", "prepare", "--project", project)
    assert changed.status == 1
    assert "data/raw/customers.csv: it is no longer as it was exported" in changed.out
    assert here("source", "prepare", "--accept-changes", "--project", project).status == 0
    said = here("transform", "execute", "--project", project)
    assert said.status == 1
    assert re.search(r"error: data/raw/customers.csv, row 4, column 'Tags' \('Nobody'\): ", said.out)
    told = here("transform", "execute", "--json", "--project", project).json
    assert told["errors"] == 1
    assert Path(told["problems_file"]).read_text().splitlines()[1].startswith("error,data/raw/customers.csv,,4,Tags")


def test_a_terminal_is_not_obeyed_to(project: Path):
    """Somebody else's cell could hold what a terminal takes for a command."""
    raw = project / "data/raw/customers.csv"
    raw.write_text(raw.read_text() + "Gamma,ACME003,c@c.com,+15551234567,\x1b]0=owned\x07[red]x[/red]\n")
    here("source", "prepare", "--accept-changes", "--project", project)
    said = here("transform", "execute", "--project", project).out
    assert "\x1b" not in said
    assert "\ufffd]0=owned\ufffd[red]x[/red]" in said


def test_warnings_that_say_the_same_are_told_once_and_errors_one_by_one(tmp_path: Path, capsys):
    out = Output(as_json=False)
    with Problems(tmp_path / "problems.csv") as problems:
        for row in range(2, 5):
            problems.add(
                Problem("a.csv", f"'x{row}' would be cut.", row=row, column="A", value=f"x{row}", level="warning")
            )
            problems.add(Problem("a.csv", "it is no number.", row=row, column="B", value="y"))
        out.problems(problems)
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == [f"error: a.csv, row {row}, column 'B' ('y'): it is no number." for row in (2, 3, 4)]
    assert lines[3:] == ["warning: a.csv, row 2, column 'A' ('x2'): 'x2' would be cut. (and 2 more rows like this)"]
    assert len(out.document["problems"]) == 6


def test_reasons_that_differ_in_a_name_are_told_once():
    said = ["'a' is not in Odoo.", "It is empty.", "'b' is not in Odoo.", "It is empty."]
    found = grouped_by_shape(said, place=lambda _: "", sentence=str)
    assert [(one.count, one.shape()) for one in found] == [(2, "'…' is not in Odoo."), (2, "It is empty.")]


# --- Refusals --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("path", "command"), IN_PROJECTS, ids=lambda value: " ".join(value) if isinstance(value, tuple) else ""
)
def test_where_there_is_no_project_every_command_says_so(path, command, tmp_path: Path):
    needed = [] if path[0] != "load" or path[1] in {"init", "status"} else ["x", *CONNECTED]
    needed += ["--match", "a=b"] if path[-1] == "adopt" else []
    said = here(*path, *needed, "--json", "--project", tmp_path)
    assert said.status == 2
    assert said.json["error"].startswith(f"There is no project in '{tmp_path}'")
    assert said.err.splitlines() == [f"odoo-migrate: {said.json['error']}"]


def test_a_broken_configuration_is_one_line_with_its_place(project: Path):
    (project / "config/project.yml").write_text("format: 1\nnamespace: [\n")
    said = run("source", "prepare", "--project", project)
    assert (said.status, said.out) == (2, "")
    assert re.fullmatch(r"odoo-migrate: config/project\.yml, line \d: .+\n", said.err)


@pytest.mark.parametrize(
    "arguments",
    [
        ["load", "run", "x"],
        ["load", "run", "x", *CONNECTED, "--connections", "0"],
        ["load", "adopt", "x", *CONNECTED],
        ["validate", "check", "--against-odoo"],
        ["load", "sprint"],
    ],
)
def test_wrong_use_is_told_from_problems(project: Path, arguments: list[str]):
    options = ["--project", str(project)] if arguments[-1] != "sprint" else []
    said = here(*arguments, *options)
    assert said.status == 2
    assert "Error: " in said.err


def test_an_unknown_mapping_and_an_unknown_run(project: Path):
    assert "There is no mapping 'res.nothing'" in here("transform", "execute", "res.nothing", "--project", project).err
    assert "There is no run 'x' here" in here("load", "status", "x", "--project", project).err
    assert here("load", "status", "--project", project).out.startswith("There are no runs here")


def test_nobody_reads_to_the_end(project: Path):
    """`odoo-migrate … | head -1` is no error."""
    process = subprocess.run(
        f"{sys.executable} -m odoo_migrate source prepare --project {project} | head -c 1",
        shell=True, capture_output=True, text=True, env=clean_environment(), check=False,
    )  # fmt: skip
    assert "Traceback" not in process.stderr
    assert "BrokenPipe" not in process.stderr


# --- Troubleshooting ------------------------------------------------------------------------------------------
def messages(heading: str) -> list[str]:
    """The first cells of the table under a heading."""
    page = (ROOT / "docs/loader/troubleshooting.md").read_text(encoding="utf-8")
    part = page.partition(f"## {heading}")[2].partition("\n## ")[0]
    return [line.split("|")[1].strip() for line in part.splitlines() if line.startswith("| ")][1:]


def fragments(message: str) -> list[str]:
    """What stands still in a message, apart from names and values; the rules' predicates are written without "this"."""
    return [part.strip(" ,.;") for part in message.removeprefix("this ").split("…") if len(part.strip(" ,.;")) > 3]


def test_messages_in_the_documentation_are_those_of_the_program():
    source = " ".join(path.read_text(encoding="utf-8") for name, path in modules().items() if "odoo_migrate" in name)
    source = re.sub(r'"\s+f?"', "", source).replace("\\'", "'")
    ours = [*messages("Before anything is sent"), *messages("Odoo cannot be reached")]
    ours += messages("Records that Odoo refuses")[:3]
    assert len(ours) > 20
    assert [part for message in ours for part in fragments(message) if part not in source] == []


def test_messages_of_odoo_in_the_documentation_were_recorded():
    recorded = " ".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "tests/odoo_recorded").glob("answers-*.json")
    )
    unrecorded = (
        "VAT number",
        "violates check constraint",
        "could not serialize",
        "deadlock",
        "seem to be valid",
        "Barcode(s)",
    )
    theirs = [
        part for one in messages("Records that Odoo refuses")[3:] for part in re.split("[…,]", one) if part.strip()
    ]
    missing = [part.strip() for part in theirs if part.strip(" .") not in recorded]
    assert [part for part in missing if not any(word in part for word in unrecorded)] == []

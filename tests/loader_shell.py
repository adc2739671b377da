"""`odoo-migrate` for tests: in a process of its own, as people run it, or quicker in this one. No part is replaced."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from click.testing import CliRunner

from odoo_migrate.cli import main
from tests.small_bundles import MISSION_CUSTOMERS, MISSION_RECIPE, Migration


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which must be one JSON document and nothing else."""
        return json.loads(self.out)


def clean_environment(**variables: str) -> dict[str, str]:
    """This process's, without what would speak to a server of somebody's own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ODOO_")}
    return kept | {"PYTHONUTF8": "1"} | variables


def started(*arguments: object, **variables: str) -> subprocess.Popen[str]:
    """A process that runs the command, with pipes for all it says."""
    return subprocess.Popen(
        [sys.executable, "-m", "odoo_migrate", *map(str, arguments)], env=clean_environment(**variables), text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def run(*arguments: object, **variables: str) -> Said:
    """The command in a process of its own, without a terminal."""
    process = started(*arguments, **variables)
    out, err = process.communicate()
    return Said(process.returncode, out, err)


def here(*arguments: object, **variables: str) -> Said:
    """The same in this process."""
    env: dict[str, str | None] = {name: None for name in os.environ if name.startswith("ODOO_")}
    done = CliRunner().invoke(main, list(map(str, arguments)), env=env | variables, prog_name="odoo-migrate")
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Said(done.exit_code, done.stdout, done.stderr)


def mission(directory: Path, customers: str = MISSION_CUSTOMERS) -> Path:
    """A project of two customers and their tags."""
    migration = Migration(directory, MISSION_RECIPE, {"customers.csv": customers})
    migration.clean()
    return migration.output


def commands(
    command: click.Command = main, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command with its words, groups too, in the order of the help."""
    yield path, command
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            yield from commands(child, (*path, name))

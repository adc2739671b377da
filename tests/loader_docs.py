"""docs/loader/commands.md, made from the commands' own help: `python -m tests.loader_docs` writes it anew."""

from __future__ import annotations

import click

from odoo_migrate.cli import main
from tests.imports import ROOT
from tests.loader_shell import commands

PAGE = ROOT / "docs" / "loader" / "commands.md"
START = """# All commands

What `--help` says, for reading at leisure. This page is made from the program: `python -m tests.loader_docs`.
"""


def page() -> str:
    return START + "".join(_part(path, command) for path, command in commands())


def _part(path: tuple[str, ...], command: click.Command) -> str:
    name = " ".join(("odoo-migrate", *path))
    with click.Context(command, info_name=name, terminal_width=100, **main.context_settings) as context:
        return f"\n## {name}\n\n```\n{command.get_help(context)}\n```\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

"""`manage.py` for tests: in a process of its own, as people run it, or quicker in this one. No part is replaced."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any

from django.core.management import ManagementUtility

from tests.worker import ROOT, environment


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which must be JSON and nothing else."""
        assert self.status == 0, self.err
        return json.loads(self.out)

    @property
    def complaint(self) -> str:
        """The one line on stderr of a command that refused."""
        assert (self.status, self.out) == (1, ""), self
        [line] = self.err.splitlines()
        assert "Traceback" not in line
        return line


def run(*arguments: object, stdin: str = "", **variables: str) -> Said:
    """`manage.py` in a process of its own, on the test's database and files."""
    command = [sys.executable, "manage.py", *map(str, arguments)]
    done = subprocess.run(
        command, cwd=ROOT, env=environment(**variables), capture_output=True, text=True, input=stdin, check=False
    )
    return Said(done.returncode, done.stdout, done.stderr)


def here(*arguments: object) -> Said:
    """The same in this process, by the same way in."""
    out, err = io.StringIO(), io.StringIO()
    status = 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            ManagementUtility(["manage.py", *map(str, arguments)]).execute()
        except SystemExit as ending:
            status = int(ending.code or 0)
    return Said(status, out.getvalue(), err.getvalue())

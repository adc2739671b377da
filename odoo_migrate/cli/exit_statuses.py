"""End a command with an exit status, and with one sentence in place of a traceback.

0    everything went well
1    problems in the data, or rows that Odoo did not take
2    wrong use, or a project or run that cannot be used
3    Odoo refused us or could not be reached
130  interrupted
"""

from __future__ import annotations

import os
from collections.abc import Callable

from odoo_migrate.project.yaml_text import FormatError

GOOD = 0
PROBLEMS = 1
UNUSABLE = 2
NO_ODOO = 3
OUR_MISTAKE = 70  # EX_SOFTWARE of sysexits.h
INTERRUPTED = 130


class Unusable(Exception):
    """Say in one sentence for the user why a command cannot do what it was asked for."""


def turned(problem: Exception, go_on: str = "") -> tuple[int, str] | None:
    """Return exit status and sentence for an exception that is foreseen; None for what is our own mistake.

    `go_on` says how to go on where the server was lost.
    """
    if isinstance(problem, FormatError | Unusable):
        return UNUSABLE, str(problem)
    if isinstance(problem, OSError):
        return UNUSABLE, _of_the_system(problem)
    return _of_the_load(problem, go_on)


def _of_the_system(problem: OSError) -> str:
    reason = problem.strerror or str(problem)
    if not problem.filename:
        return f"{reason}."
    return f"{problem.filename}: {reason}."


def _of_the_load(problem: Exception, go_on: str) -> tuple[int, str] | None:
    # Here and not above: these bring the HTTP library, which most commands do without.
    from odoo_migrate.loading.runs import RunProblem
    from odoo_migrate.odoo.odoo_errors import OdooError, Unreachable
    from odoo_migrate.stages.load_order import Cycle

    if isinstance(problem, RunProblem):
        return UNUSABLE, str(problem)
    if isinstance(problem, Cycle):
        return PROBLEMS, str(problem)
    # Only where the connection was lost does it help to give the same command again.
    if isinstance(problem, Unreachable):
        return NO_ODOO, f"{problem} {go_on}".strip()
    if isinstance(problem, OdooError):
        return NO_ODOO, str(problem)
    return None


def quietly(write: Callable[[], None]) -> None:
    """Write for a reader that may have gone (`| head`): then nothing more is written, and nobody complains."""
    try:
        write()
    except BrokenPipeError:
        # Python flushes stdout when it ends, and would complain then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)

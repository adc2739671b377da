"""Whole commands as processes of their own: how long they take and how much memory they use.

On Linux a new process begins with its parent's peak of memory as its own. A benchmark that holds a million rows would
therefore report its own peak for every command that it starts. So a small process in between starts the command and
reports what the kernel counted for it.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Started with -S and -E it holds about 8 MB. The command's own output goes nowhere.
_STARTER = """
import json, os, sys, time
start = time.perf_counter()
child = os.fork()
if not child:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.execvpe(sys.argv[1], sys.argv[1:], os.environ)
_, status, used = os.wait4(child, 0)
print(json.dumps([time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss, status]))
"""


@dataclass(frozen=True)
class Usage:
    """Hold what a finished command used: seconds on the clock, seconds of all cores, and its peak in megabytes."""

    wall: float
    cpu: float
    megabytes: float


def usage(command: Sequence[str], variables: Mapping[str, str] | None = None) -> Usage:
    """Run a command to its end in the project's folder and return what it used.

    Raises SystemExit where the command fails: a figure of a failed command says nothing.
    """
    starter = [sys.executable, "-S", "-E", "-c", _STARTER, *command]
    done = subprocess.run(
        starter, cwd=ROOT, env={**os.environ, **(variables or {})}, stdout=subprocess.PIPE, check=True
    )
    wall, cpu, kilobytes, status = json.loads(done.stdout)
    if status:
        raise SystemExit(f"{' '.join(command)} ended with status {os.waitstatus_to_exitcode(status)}")
    return Usage(wall, cpu, kilobytes / 1024)


def paired(*commands: Sequence[str], repeat: int = 3) -> list[Usage]:
    """Return the median use of each command; they take turns, so that other work on the machine meets all alike."""
    runs: list[list[Usage]] = [[] for _ in commands]
    for _ in range(repeat):
        for command, done in zip(commands, runs, strict=True):
            done.append(usage(command))
    return [_median(done) for done in runs]


def _median(runs: Sequence[Usage]) -> Usage:
    walls, cpus, peaks = zip(*((one.wall, one.cpu, one.megabytes) for one in runs), strict=True)
    return Usage(statistics.median(walls), statistics.median(cpus), statistics.median(peaks))

"""The tests of the database once more, on PostgreSQL: `python -m tests.postgres [arguments of pytest]`."""

from __future__ import annotations

import os
import subprocess
import sys

from tests import services

NOTHING_CHOSEN = 5  # pytest's status where the arguments leave no test of the database


def main(arguments: list[str]) -> int:
    complaint = services.missing("postgres")
    if complaint:
        sys.stderr.write(f"Not run on PostgreSQL: {complaint}.\n")
        return int(services.REQUIRED)
    # Browser tests see no difference and take the longest.
    command = [sys.executable, "-m", "pytest", "-m", "database and not browser", *arguments]
    done = subprocess.run(command, env=os.environ | {"DATABASE_URL": services.postgres()}, check=False)
    return 0 if done.returncode == NOTHING_CHOSEN else done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

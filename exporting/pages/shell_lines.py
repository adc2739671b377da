"""The lines for the shell that load one bundle, in the order in which they are typed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

TOOL = "odoo-migrate"
# Values that only the reader knows are written as obvious placeholders.
CONNECTION = "--url https://YOUR-ODOO --db YOUR-DATABASE --username YOUR-LOGIN"

PUT_IN = "Put in the address, the database and the login of your Odoo."

# Between lines that are pasted together: what follows a command that failed is not run.
NEXT = " && \\\n"

LONGEST = 64  # characters of a run's name


@dataclass(frozen=True)
class Commands:
    """Hold lines that are copied and run together, up to the first that fails.

    Attributes:
        id: The part of the page that shows them.
        title: What they are for.
        says: What they do, and what to put in before.
        text: The lines.
    """

    id: str
    title: str
    says: str
    text: str


def load_commands(bundle: str) -> list[Commands]:
    """Return the whole way of the file `bundle`, a plain name such as `customers-12.zip`, into Odoo.

    Its directory and its run have the same name without the ending, so that two bundles never share either. What
    makes it one of a kind is at its end, so a long name loses its beginning.
    """
    name = PurePosixPath(bundle).stem[-LONGEST:].lstrip("-_")
    run = f"{TOOL} load run {name} {CONNECTION}"
    ready = (
        f"unzip {bundle} -d {name}",
        f"cd {name}",
        f"{TOOL} source prepare",
        f"{TOOL} transform execute",
        f"{TOOL} validate check",
        f"{TOOL} load init --run-id {name}",
    )
    return [
        Commands("load-ready", "Unpack and check", "Nothing is sent anywhere yet.", NEXT.join(ready)),
        Commands("load-test", "Try", f"Odoo goes through every row and stores nothing. {PUT_IN}", f"{run} --test"),
        Commands("load-run", "Load", "Run again at any time, it sends only what differs and repeats nothing.", run),
    ]

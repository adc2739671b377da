"""Read and write the two files that describe one Odoo version.

`odoo-<major>.json.gz` holds the models with their fields, `reference-<major>.json.gz` the records that Odoo ships
with. Both are written to the letter, so that a change of a server shows as a change of a file and nothing else does.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any, Literal

Stem = Literal["odoo", "reference"]


def file_name(stem: Stem, version: str) -> str:
    """Return the name of a catalog file of a version such as "18.0"."""
    return f"{stem}-{version.removesuffix('.0')}.json.gz"


def read(stem: Stem, version: str) -> Mapping[str, Any]:
    """Return the content of a catalog file that is installed with this package."""
    packed = resources.files(__package__).joinpath(file_name(stem, version)).read_bytes()
    content: Mapping[str, Any] = json.loads(gzip.decompress(packed))
    return content


def write(folder: Path, stem: Stem, version: str, content: Mapping[str, Any]) -> Path:
    """Write a catalog file into `folder`, which is made where it is missing; return the file's path."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / file_name(stem, version)
    # gzip would note the time of writing, which says nothing of the content.
    path.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))
    return path

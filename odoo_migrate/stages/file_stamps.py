"""Keep stamps: small files that say what a made file was made from, so that an outdated one is noticed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from odoo_migrate.project.project_reader import file_sha256
from odoo_migrate.project.safe_files import inside
from odoo_migrate.project.yaml_text import FormatError, read_bytes


def sha256(root: Path, name: str) -> str:
    """Return the SHA-256 of a file of the project. Raises FormatError where it is missing or lies elsewhere."""
    path = inside(root, name)
    if not path.exists():
        raise FormatError("it is missing.", name)
    return file_sha256(path)


def text(content: Mapping[str, Any]) -> str:
    """Return the content of a stamp as it is written."""
    return json.dumps(content, indent=2, sort_keys=True) + "\n"


def read(root: Path, name: str) -> Mapping[str, Any]:
    """Return the content of a stamp; {} where there is none, or nothing that can be read.

    Raises FormatError for a name that leads out of the project.
    """
    path = inside(root, name)
    try:
        content = json.loads(read_bytes(path, name))
    except (FormatError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}

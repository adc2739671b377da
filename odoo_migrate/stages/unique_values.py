"""Values of which Odoo wants each only once, among the records of all mappings (barcodes)."""

from __future__ import annotations

from odoo_migrate.project.project_files import ModelMapping
from odoo_migrate.rules import model_needs


class UniqueValues:
    """Remembers the values by their hashes: ten million of them have two alike by chance once in 370,000 times."""

    def __init__(self) -> None:
        self._seen: dict[int, tuple[str, int]] = {}

    def wants(self, model: str, field: str) -> bool:
        return any(model in models for models in model_needs.ONCE_AMONG.get(field, ()))

    def take(self, mapping: ModelMapping, field: str, value: str, row: int, file: str) -> str:
        """A sentence where another record has the value already, else ""."""
        if not value:
            return ""
        group = next(number for number, models in enumerate(model_needs.ONCE_AMONG[field]) if mapping.model in models)
        first = self._seen.setdefault(hash((field, group, value)), (file, row))
        if first == (file, row):
            return ""
        return f"row {first[1]} of {first[0]} has the same value, and Odoo takes each only once."

from __future__ import annotations

import json
from itertools import groupby
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from engine.match.match_scoring import ModelRow, Row, score, score_models, share_right
from migrator.plain_command import PlainCommand, read_text
from odoo_migrate import catalog
from odoo_migrate.catalog import Catalog, UnknownVersion, checked_version

HEADERS = settings.BASE_DIR / "tests" / "data" / "headers.json"


class Command(PlainCommand):
    help = "Print how often suggestions are right, on title lists whose fields are known."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=HEADERS, metavar="FILE", help="by default our own")
        parser.add_argument("--odoo", default="18.0", metavar="VERSION", help="Odoo version, such as 18.0")

    def problems(self) -> tuple[type[Exception], ...]:
        return (UnknownVersion,)

    def work(self, **options: Any) -> Any:
        odoo = catalog.load(checked_version(options["odoo"]))
        sheets = known_titles(options["file"], odoo)
        rows, models = score(sheets, odoo), score_models(sheets, odoo)
        return {
            "titles": len(rows),
            "right": sum(row.right for row in rows),
            "share": round(share_right(rows), 4),
            "models": len(models),
            "models_right": sum(row.right for row in models),
            "sheets": [sheet_as_json(*pair) for pair in zip(models, by_sheet(rows), strict=True)],
        }

    def tell(self, result: Any) -> None:
        self.stdout.write(f"{'system, sheet':<34} {'titles':>6} {'right':>6}   model")
        for sheet in result["sheets"]:
            model = sheet["model"] if sheet["model_right"] else f"{sheet['got'] or 'none'}, not {sheet['model']}"
            name = f"{sheet['system']}, {sheet['sheet']}"
            self.stdout.write(f"{name:<34} {sheet['titles']:>6} {sheet['right']:>6}   {model}")
            for wrong in sheet["wrong"]:
                expected = " or ".join(field or "nothing" for field in wrong["expected"])
                self.stdout.write(f"    ! {wrong['header']}: {wrong['got'] or 'nothing'}, not {expected}")
        self.stdout.write(
            f"{result['right']} of {result['titles']} titles right ({result['share']:.1%}), "
            f"{result['models_right']} of {result['models']} models"
        )


def known_titles(path: Path, odoo: Catalog) -> list[dict[str, Any]]:
    """Sheets with system, sheet, model and columns (header, fields, values). Raises CommandError."""
    try:
        sheets = json.loads(read_text(path))
        for sheet in sheets:
            if sheet["model"] not in odoo:
                raise CommandError(f"{path}: Odoo {odoo.version} has no model '{sheet['model']}' that can be filled.")
            _ = sheet["system"], sheet["sheet"], [(c["header"], c["fields"], c["values"]) for c in sheet["columns"]]
    except json.JSONDecodeError as problem:
        raise CommandError(f"{path}, line {problem.lineno}: this is not valid JSON.") from problem
    except (KeyError, TypeError) as problem:
        raise CommandError(f"{path} holds no list of sheets with their titles and fields.") from problem
    return list(sheets)


def by_sheet(rows: list[Row]) -> list[list[Row]]:
    return [list(group) for _, group in groupby(rows, key=lambda row: (row.system, row.sheet))]


def sheet_as_json(model: ModelRow, rows: list[Row]) -> dict[str, Any]:
    wrong = [row for row in rows if not row.right]
    return {
        "system": model.system,
        "sheet": model.sheet,
        "model": model.expected,
        "got": model.got,
        "model_right": model.right,
        "titles": len(rows),
        "right": len(rows) - len(wrong),
        "wrong": [{"header": row.title, "got": row.got, "expected": list(row.expected)} for row in wrong],
    }

"""Print how often suggestions are right, and what a change of the matcher's weights would do to that."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from migrator.management.plain_command import PlainCommand, read_text
from odoo_migrate import catalog
from odoo_migrate.catalog import Catalog, UnknownVersion, checked_version

HEADERS = settings.BASE_DIR / "tests" / "data" / "headers.json"


class Command(PlainCommand):
    help = (
        "Print how often suggestions are right, on title lists whose fields are known, and what a change of the "
        "matcher's weights would do to that, system by system."
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=HEADERS, metavar="FILE", help="by default our own")
        parser.add_argument("--odoo", default="18.0", metavar="VERSION", help="Odoo version, such as 18.0")
        parser.add_argument(
            "--weight", action="append", default=[], metavar="NAME=VALUE",
            help="compare with this weight changed; may be given several times",
        )  # fmt: skip
        parser.add_argument("--sweep", metavar="NAME", help="try values around this weight")
        parser.add_argument("--list-weights", action="store_true", help="print what each weight means")

    def problems(self) -> tuple[type[Exception], ...]:
        from engine.match.weights import UnknownWeight

        return (UnknownVersion, UnknownWeight)

    def work(self, **options: Any) -> Any:
        # Imported here, since it brings in all word lists, which few commands need.
        from engine.match.accuracy_report import measured, swept, weights_as_json

        if options["list_weights"]:
            return {"weights": weights_as_json()}
        odoo = catalog.load(checked_version(options["odoo"]))
        lists = title_lists(options["file"], odoo)
        if options["sweep"]:
            return swept(options["sweep"], weight_changes(options["weight"]), lists, odoo)
        return measured(weight_changes(options["weight"]), lists, odoo)

    def tell(self, result: Any) -> None:
        for line in _lines(result):
            self.stdout.write(line)


def title_lists(path: Path, odoo: Catalog) -> list[dict[str, Any]]:
    """Return sheets with system, sheet, model and columns (header, fields, values).

    Raises:
        CommandError: where the file holds anything else.
    """
    try:
        sheets = json.loads(read_text(path))
        for sheet in sheets:
            if sheet["model"] not in odoo:
                raise CommandError(f"{path}: Odoo {odoo.version} has no model '{sheet['model']}' that can be filled.")
            _ = sheet["system"], sheet["sheet"]
            for column in sheet["columns"]:
                _ = column["header"], column["fields"], column["values"]
    except json.JSONDecodeError as problem:
        raise CommandError(f"{path}, line {problem.lineno}: this is not valid JSON.") from problem
    except (KeyError, TypeError) as problem:
        raise CommandError(f"{path} holds no list of sheets with their titles and fields.") from problem
    return list(sheets)


def weight_changes(arguments: list[str]) -> dict[str, float]:
    """Return the weights to change, from "NAME=VALUE" each.

    Raises:
        CommandError: where one of them is written otherwise.
    """
    changes = {}
    for argument in arguments:
        name, _, value = argument.partition("=")
        try:
            changes[name.strip()] = float(value)
        except ValueError as problem:
            raise CommandError(
                f"'{argument}' is no weight; write it as NAME=VALUE, such as other_word=0.5."
            ) from problem
    return changes


# Results, in words


def _lines(result: Any) -> Iterator[str]:
    if "weight" in result:
        yield from _sweep_lines(result)
    elif "before" in result:
        yield from _change_lines(result)
    elif "sheets" in result:
        yield from _sheet_lines(result["sheets"])
        yield from _figure_lines(result)
    else:
        for weight in result["weights"]:
            yield f"{weight['name']:<26} {weight['default']:>6g}   {weight['meaning']}"


def _sheet_lines(sheets: list[dict[str, Any]]) -> Iterator[str]:
    yield f"{'system, sheet':<34} {'titles':>6} {'right':>6}   model"
    for sheet in sheets:
        model = sheet["model"]
        if not sheet["model_right"]:
            model = f"{sheet['got'] or 'none'}, not {model}"
        name = f"{sheet['system']}, {sheet['sheet']}"
        yield f"{name:<34} {sheet['titles']:>6} {sheet['right']:>6}   {model}"
        for wrong in sheet["wrong"]:
            yield f"    ! {wrong['header']}: {_instead(wrong['got'], wrong['expected'])}"


def _figure_lines(result: dict[str, Any]) -> Iterator[str]:
    for band in result["reliability"]:
        if band["suggested"]:
            share = band["right"] / band["suggested"]
            confidence = f"confidence {band['least']:.1f} to {band['most']:.1f}"
            yield f"{confidence}: {band['right']} of {band['suggested']} right ({share:.1%})"
    yield f"columns that fit nothing: {result['left_alone']} of {result['without_field']} left alone"
    yield f"with the model found: {result['right_with_model_found']} of {result['titles']} titles right"
    yield (
        f"{result['right']} of {result['titles']} titles right ({result['share']:.1%}), "
        f"{result['models_right']} of {result['models']} models"
    )


def _change_lines(result: dict[str, Any]) -> Iterator[str]:
    changes = ", ".join(f"{name}={value:g}" for name, value in result["weights"].items())
    yield "Without the change"
    yield from _figure_lines(result["before"])
    yield f"\nWith {changes}"
    yield from _figure_lines(result["after"])
    yield ""
    yield from _comparison_lines(result)


def _sweep_lines(result: dict[str, Any]) -> Iterator[str]:
    yield f"{result['weight']}: {result['meaning']}"
    yield f"{'value':>8} {'right':>7} {'model found':>12} {'models':>7} {'left alone':>11} {'gain ± error':>17}"
    for entry in result["values"]:
        mark = " now" if entry["value"] == result["own"] else ""
        yield (
            f"{entry['value']:>8g} {entry['right']:>7} {entry['right_with_model_found']:>12} "
            f"{entry['models_right']:>7} {entry['left_alone']:>11} {_gain(entry):>17}{mark}"
        )
    yield "\nEach system with the value that is best for all others:"
    yield from _comparison_lines(result["cross_validated"])


def _comparison_lines(result: dict[str, Any]) -> Iterator[str]:
    for title in result["changed"]:
        after = title["after"] or "nothing"
        judged = "right"
        if title["after"] not in title["expected"]:
            judged = _instead(after, title["expected"])
        yield f"    {title['system']}, {title['header']}: {title['before'] or 'nothing'} → {after} ({judged})"
    changed = [system for system in result["systems"] if system["gain"]]
    for system in changed:
        yield (
            f"{system['system']}: {system['before']} → {system['after']} of {system['titles']} titles right, "
            f"with the model found {system['found_before']} → {system['found_after']}"
        )
    better = len([system for system in changed if system["gain"] > 0])
    yield f"better in {better} of {len(result['systems'])} systems, worse in {len(changed) - better}"
    gain = f"mean gain of a system {_gain(result)}"
    # Two standard errors: about one in twenty such gains would come about by chance.
    if changed and abs(result["mean_gain"]) < 2 * result["error_of_gain"]:
        gain += "; this may be noise"
    yield gain


def _gain(entry: dict[str, Any]) -> str:
    return f"{entry['mean_gain']:+.2%} ± {entry['error_of_gain']:.2%}"


def _instead(got: str | None, expected: list[str | None]) -> str:
    names = [field or "nothing" for field in expected]
    return f"{got or 'nothing'}, not {' or '.join(names)}"

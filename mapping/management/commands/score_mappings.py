"""Print how often suggestions are right, and what a change of the matcher's weights would do to that."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from migrator.management.plain_command import PlainCommand, read_text
from odoo_migrate import catalog
from odoo_migrate.catalog import Catalog, UnknownVersion, checked_version

if TYPE_CHECKING:
    from engine.match.suggestion_accuracy import Accuracy, AccuracyChange, ModelAnswer, TitleAnswer

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


# Results, as --json prints them


def measured(changes: dict[str, float], lists: list[dict[str, Any]], odoo: Catalog) -> dict[str, Any]:
    """Return the figures, and with changed weights those with and without the change."""
    from engine.match.suggestion_accuracy import AccuracyChange, measure_accuracy
    from engine.match.weights import WEIGHTS

    changed = WEIGHTS.changed(changes)
    before = measure_accuracy(lists, odoo)
    if not changes:
        return {**figures(before), "sheets": sheets_as_json(before)}
    change = AccuracyChange(before, measure_accuracy(lists, odoo, changed))
    return {"weights": changes, "before": figures(before), "after": figures(change.after), **comparison(change)}


def swept(name: str, changes: dict[str, float], lists: list[dict[str, Any]], odoo: Catalog) -> dict[str, Any]:
    """Return the figures for values around a weight, and what choosing among them gains where it was not measured."""
    from engine.match.suggestion_accuracy import AccuracyChange, sweep_weight
    from engine.match.weights import WEIGHTS, described_weight

    weight = described_weight(name)
    sweep = sweep_weight(lists, odoo, weight, WEIGHTS.changed(changes))
    before = sweep.accuracies[sweep.own]
    values = []
    for value, accuracy in sweep.accuracies.items():
        change = AccuracyChange(before, accuracy)
        entry = {"value": value, **figures(accuracy), "mean_gain": _rounded(change.mean_gain())}
        values.append({**entry, "error_of_gain": _rounded(change.error_of_gain())})
    return {
        "weight": name,
        "meaning": weight.meaning,
        "own": sweep.own,
        "best": sweep.best_value(),
        "values": values,
        "cross_validated": comparison(sweep.cross_validated()),
    }


def weights_as_json() -> list[dict[str, Any]]:
    """Return the name, value, range and meaning of every weight."""
    from engine.match.weights import weight_descriptions

    return list(map(vars, weight_descriptions()))


def figures(accuracy: Accuracy) -> dict[str, Any]:
    """Return how often the suggestions were right, in all and by their confidence."""
    return {
        "titles": len(accuracy.titles),
        "right": accuracy.right,
        "share": _rounded(accuracy.share_right),
        "right_with_model_found": accuracy.right_with_model_found,
        "models": len(accuracy.models),
        "models_right": accuracy.models_right,
        "without_field": len(accuracy.without_field),
        "left_alone": accuracy.left_alone,
        "reliability": list(map(vars, accuracy.reliability())),
    }


def comparison(change: AccuracyChange) -> dict[str, Any]:
    """Return what a change does to each system, whether that is more than noise, and to which titles."""
    titles = []
    for before, after in change.changed_titles():
        titles.append(
            {
                "system": before.system,
                "sheet": before.sheet,
                "header": before.title,
                "before": before.suggested,
                "after": after.suggested,
                "expected": list(before.expected),
            }
        )
    systems = [{**vars(one), "gain": _rounded(one.gain)} for one in change.by_system()]
    return {
        "systems": systems,
        "mean_gain": _rounded(change.mean_gain()),
        "error_of_gain": _rounded(change.error_of_gain()),
        "changed": titles,
    }


def sheets_as_json(accuracy: Accuracy) -> list[dict[str, Any]]:
    """Return for each sheet its model and its wrong titles."""
    groups = groupby(accuracy.titles, key=attrgetter("system", "sheet"))
    sheets = []
    for model, (_, answers) in zip(accuracy.models, groups, strict=True):
        sheets.append(_sheet_as_json(model, list(answers)))
    return sheets


def _sheet_as_json(model: ModelAnswer, answers: list[TitleAnswer]) -> dict[str, Any]:
    wrong = []
    for answer in answers:
        if not answer.right:
            wrong.append({"header": answer.title, "got": answer.suggested, "expected": list(answer.expected)})
    return {
        "system": model.system,
        "sheet": model.sheet,
        "model": model.expected,
        "got": model.suggested,
        "model_right": model.right,
        "titles": len(answers),
        "right": len(answers) - len(wrong),
        "wrong": wrong,
    }


def _rounded(share: float) -> float:
    return round(share, 4)


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

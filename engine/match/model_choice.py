"""Which model a sheet's rows are in the first place, how sure that is, and why."""

from __future__ import annotations

from collections.abc import Sequence

from engine.match.match_task import Task, rounded
from engine.match.model_knowledge import Known, known
from engine.match.model_scores import Fit
from engine.match.title_meaning import readings

_LEAST = 0.3
_FEWEST = 2  # columns with a field, where the sheet's name does not speak of the model
_DOUBTFUL = 0.5  # a model that another one outdoes, chosen for what its rows lack
_RELATIVES = {"product.template": ("product.product",), "product.product": ("product.template",)}


def chief_of(fits: Sequence[Fit], task: Task) -> tuple[str, str]:
    """The sheet's model, "" for none, and why."""
    best = fits[0] if fits and fits[0].score >= _LEAST else None
    if best is None or (sum(name is not None for name in best.fields) < _FEWEST and not best.named):
        return "", "the titles say too little about what the rows are"
    if best.model == "account.move" and _open_items(task):
        return "res.partner", "the rows say who owes what; the customers can be loaded, the invoices lack their lines"
    line = known(best.model, task.catalog)
    parent = next((fit for fit in fits if fit.model == _parent_model(line)), None)
    best = parent if parent and _heads(parent, best) else best
    return best.model, _why(best, task)


def confidence(chief: str, fits: Sequence[Fit], task: Task) -> float:
    """How sure the model is: how much it explains (with its lines), and how far the next one is behind."""
    own = {chief, known(chief, task.catalog).lines.get("model", ""), *(_RELATIVES.get(chief, ()))}
    score = max(fit.score for fit in fits if fit.model in own)
    rival = max((fit.score for fit in fits if fit.model not in own), default=0.0)
    ahead = min(score - rival, 0.25)
    return rounded(min(score / 1.2, 1.0) * (0.75 + ahead)) if ahead >= 0 else _DOUBTFUL


def _parent_model(line: Known) -> str:
    return line.model.fields[line.parent].relation if line.parent else ""


def _heads(parent: Fit, line: Fit) -> bool:
    """Whether a sheet of lines tells of their orders too: a customer and a date, which the lines have no use for."""
    own = {name for name, of_line in zip(parent.fields, line.fields, strict=True) if name and not of_line}
    return {"partner_id", "date_order"} <= own


def _open_items(task: Task) -> bool:
    """Whether invoices are listed by customer, number and name, with what is open: then it is the customers that can be
    loaded, for the invoices lack their lines.
    """
    words = [reading.words for values in task.columns for reading in readings(values.column.title)]
    numbered = any({"customer", "number"} <= one or {"vendor", "number"} <= one for one in words)
    named = any({"customer", "name"} <= one or {"vendor", "name"} <= one for one in words)
    return numbered and named and any({"open", "amount"} <= one for one in words)


def _why(fit: Fit, task: Task) -> str:
    filled = sum(name is not None for name in fit.fields)
    said = f"{filled} of {len(fit.fields)} titles name fields of {task.catalog.model(fit.model).label}"
    return f"{said}, and the sheet's name '{task.name}' fits" if fit.named else said

"""Forms made from a step's parameters: a new step brings its own form by declaring what it takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from engine.steps import COLUMN_STEPS, GROUPS, HEADER_STEPS, ROW_STEPS
from engine.steps.step import ColumnStep, WholeRowStep
from engine.steps.step_parameters import Param, StepError
from profiling.forms import country_choices

ARROW = "→"


class WordsField(forms.CharField):
    """Take a list of texts, one a line."""

    widget = forms.Textarea(attrs={"rows": 4})

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        lines = map(str.strip, text.splitlines())
        return list(filter(None, lines))

    def prepare_value(self, value: Any) -> Any:
        # What was sent and is wrong comes back as the text that it was.
        if isinstance(value, (list, tuple)):
            return "\n".join(value)
        return value


class PairsField(forms.CharField):
    """Take pairs of texts, `old → new`, one a line."""

    widget = forms.Textarea(attrs={"rows": 6, "placeholder": f"old {ARROW} new"})

    def to_python(self, value: Any) -> Any:
        pairs = {}
        for line in (super().to_python(value) or "").splitlines():
            if not line.strip():
                continue
            # Few keyboards have the arrow.
            old, arrow, new = line.replace("=>", ARROW).replace("->", ARROW).partition(ARROW)
            if not arrow:
                raise forms.ValidationError(f"Write '{line.strip()}' as old {ARROW} new.")
            pairs[old.strip()] = new.strip()
        return pairs

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return "\n".join(f"{old} {ARROW} {new}" for old, new in value.items())
        return value


class StepForm(forms.Form):
    """Ask for the parameters of one step."""

    def __init__(
        self, step: type[ColumnStep] | type[WholeRowStep], titles: Sequence[str], data: Any = None,
        given: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        """Make a field of every parameter; `titles` are the columns to choose from, `given` what is set so far."""
        defaults = {param.name: param.default for param in step.params}
        initial = defaults | _of_step(step, given or {})
        super().__init__(data, initial=initial, prefix="step")
        self.step = step
        for param in step.params:
            self.fields[param.name] = _field(param, titles)

    def cleaned_params(self) -> dict[str, Any]:
        """Return the parameters that differ from their defaults, as the recipe keeps them."""
        defaults = {param.name: param.default for param in self.step.params}
        params = {}
        for name, value in self.cleaned_data.items():
            if value != defaults[name] and not _is_empty(value):
                params[name] = value
        return params

    def clean(self) -> dict[str, Any]:
        """Make the step of what was sent, since it alone knows which parameters go together."""
        cleaned = super().clean() or {}
        if not self.errors:
            try:
                self.step(**{name: value for name, value in cleaned.items() if not _is_empty(value)})
            except StepError as problem:
                raise forms.ValidationError(str(problem)) from problem
        return cleaned


def _of_step(step: type[ColumnStep] | type[WholeRowStep], given: Mapping[str, Any]) -> dict[str, Any]:
    # A recipe may hold parameters that the step no longer takes.
    return {param.name: given[param.name] for param in step.params if param.name in given}


def _is_empty(value: Any) -> bool:
    """Tell whether a field was left empty; False and 0 are answers."""
    return value in (None, "", [], {})


def _field(param: Param, titles: Sequence[str]) -> forms.Field:
    shared: dict[str, Any] = {"label": param.label, "help_text": param.help, "required": param.required}
    columns = [(title, title) for title in titles]
    match param.type:
        case "integer":
            return forms.IntegerField(**shared)
        case "boolean":
            # A required box could not be left unticked.
            return forms.BooleanField(**(shared | {"required": False}))
        case "choice":
            return forms.ChoiceField(choices=param.choices, **shared)
        case "column":
            return forms.ChoiceField(choices=[("", "none"), *columns], **shared)
        case "columns":
            return forms.MultipleChoiceField(choices=columns, widget=forms.CheckboxSelectMultiple, **shared)
        case "country":
            return forms.ChoiceField(choices=country_choices, **shared)
        case "words" | "new_columns":
            return WordsField(**shared)
        case "pairs":
            return PairsField(**shared)
        case _:
            # Blanks at the ends may be what a step is about, such as a separator.
            return forms.CharField(strip=False, **shared)


def step_choices(*, rows: bool) -> list[tuple[str, list[dict[str, str]]]]:
    """Return the steps to choose from, by group, each with slug, label and help.

    Steps on the title rows are not among them: those are chosen beside the file.
    """
    steps: Mapping[str, Any] = ROW_STEPS if rows else COLUMN_STEPS
    groups = []
    for group, heading in GROUPS.items():
        listed = [
            {"slug": step.slug, "label": step.label, "help": step.help}
            for step in steps.values()
            if step.group == group and step.slug not in HEADER_STEPS
        ]
        if listed:
            groups.append((heading, listed))
    return groups


def params_in_words(step: type[ColumnStep] | type[WholeRowStep], given: Mapping[str, Any]) -> str:
    """Return what is set differently from the default: "country US, order day first"."""
    words = []
    for param in step.params:
        if param.name in given:
            words.append(_in_words(param, given[param.name]))
    return ", ".join(words)


def _in_words(param: Param, value: Any) -> str:
    if param.type == "boolean":
        label = param.label.lower()
        return label if value else f"not {label}"
    if param.type == "choice":
        return dict(param.choices).get(str(value), str(value)).lower()
    if isinstance(value, dict):
        return f"{len(value)} pairs"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return str(value)

"""Every cleaning step keeps its documented word, and the rules that hold for all of them, on any text."""

from __future__ import annotations

import json
import re
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.steps import COLUMN_STEPS, GROUPS, ROW_STEPS, build
from engine.steps.step import ColumnStep, Context, Example, Outcome, WholeRowStep
from engine.steps.step_parameters import StepError

ALL_STEPS: list[type[ColumnStep] | type[WholeRowStep]] = [*COLUMN_STEPS.values(), *ROW_STEPS.values()]
EXAMPLES = [(step, example) for step in COLUMN_STEPS.values() for example in step.examples]

# What a user never reads.
JARGON = re.compile(r"\b(null|none type|regex|regexp|dtype|schema|parse|boolean|string|iso 3166)\b", re.IGNORECASE)
# The only steps whose purpose is to fill an empty cell.
FILLING = {"default_if_empty", "coalesce"}
# Steps that by their nature give something else when run again.
NOT_IDEMPOTENT = {"replace", "extract", "add_prefix", "add_suffix", "unescape_html"}


def named(cls: type[ColumnStep] | type[WholeRowStep]) -> str:
    return cls.slug


def run(step: ColumnStep, column: list[str], others: dict[str, list[str]] | None = None, country: str = "") -> Outcome:
    """One step over a whole column, as the engine runs it: learn, keep what was learnt as JSON, apply."""
    columns = {title: pa.array(texts, pa.string()) for title, texts in (others or {}).items()}
    context = Context(country=country, others=columns)
    if step.learns:
        learnt = step.learn((text for text in dict.fromkeys(column) if text), context)
        context = Context(country=country, others=columns, learnt=json.loads(json.dumps(learnt)))
    return step.apply(pa.array(column, pa.string()), context)


def failed(outcome: Outcome, length: int) -> list[bool]:
    return outcome.could_not.to_pylist() if outcome.could_not is not None else [False] * length


# --- what every class says of itself


@pytest.mark.parametrize("cls", ALL_STEPS, ids=named)
def test_a_step_is_documented_in_plain_words(cls: type[ColumnStep] | type[WholeRowStep]) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", cls.slug)
    assert cls.group in GROUPS
    assert cls.__doc__
    assert cls.__doc__ != ColumnStep.__doc__
    assert cls.label
    assert not cls.label.endswith(".")
    assert cls.help.endswith((".", "?"))
    for words in (cls.label, cls.help, *(text for param in cls.params for text in (param.label, param.help))):
        assert not JARGON.search(words), words
    assert cls.examples or cls.slug in ("promote_header", "read_as")


@pytest.mark.parametrize("cls", ALL_STEPS, ids=named)
def test_parameters_are_named_labelled_and_checked(cls: type[ColumnStep] | type[WholeRowStep]) -> None:
    names = [param.name for param in cls.params]
    assert len(set(names)) == len(names)
    assert "enabled" not in names  # a recipe says so of any step
    for param in cls.params:
        assert param.label
        assert bool(param.choices) == (param.type == "choice")
        assert not (param.required and param.default not in (None, "", ()))
    with pytest.raises(StepError, match="has no parameter 'nonsense'"):
        cls(nonsense=1)
    json.dumps([param.default for param in cls.params])


@pytest.mark.parametrize("cls", [cls for cls in ALL_STEPS if any(p.required for p in cls.params)], ids=named)
def test_a_missing_parameter_is_named(cls: type[ColumnStep] | type[WholeRowStep]) -> None:
    missing = next(param for param in cls.params if param.required)
    with pytest.raises(StepError, match=f"{cls.slug} needs .*'{missing.name}'"):
        cls()


def test_no_slug_is_given_twice() -> None:
    assert not set(COLUMN_STEPS) & set(ROW_STEPS)


def test_only_the_steps_that_must_are_not_idempotent() -> None:
    assert {slug for slug, cls in COLUMN_STEPS.items() if not cls.idempotent} == NOT_IDEMPOTENT


def test_unknown_steps_are_named_with_the_nearest_known() -> None:
    with pytest.raises(StepError, match="no step called 'trimm'; did you mean 'trim'"):
        build("trimm", {})
    with pytest.raises(StepError, match="no step called 'zzzzzzzz'"):
        build("zzzzzzzz", {})


# --- the documented cases


@pytest.mark.parametrize(("cls", "case"), EXAMPLES, ids=lambda value: getattr(value, "slug", ""))
def test_examples(cls: type[ColumnStep], case: Example) -> None:
    step = cls(**case.params)
    outcome = run(step, list(case.before), {title: list(texts) for title, texts in case.others.items()})
    assert tuple(outcome.values.to_pylist()) == case.after
    assert [place for place, no in enumerate(failed(outcome, len(case.before))) if no] == list(case.could_not)
    assert {title: tuple(column.to_pylist()) for title, column in outcome.added.items()} == dict(case.added)


# --- what holds for every step on any text


def ready_steps() -> list[ColumnStep]:
    """Every column step with its default parameters, or those of its examples."""
    steps: list[ColumnStep] = []
    for cls in COLUMN_STEPS.values():
        given = [dict(case.params) for case in cls.examples]
        defaults = [{}] if not any(param.required for param in cls.params) else []
        steps += [cls(**params) for params in [*defaults, *(one for one in given if one not in defaults)]]
    return steps


def shown(step: ColumnStep) -> str:
    return f"{step.slug}-{len(json.dumps(step.given, default=str))}"


AWKWARD = [
    "", " ", "\u00a0", "\ufeff", "\u200b", "\u200d", "\n", "\t", "0", "-", "N/A", "null", "NaN", "1e400", "∞", "½",
    "٣", "1.234", "1,234.56", "(1.62)", "1.62-", "1'234,50", "5%", "€ 5", "$1,000,000.00", "12345678901234567890",
    "4.00638E+12", "2020-01-01", "31/12/1999", "13/13/2013", "44197", "60", "43831.5", "1. März 2020", "0000-00-00",
    "2020-02-30 25:61:00", "a@b.com", "a@@b", "mailto:<x@y>", "+14155552671", "(415) 555-2671 x204", "00", "http://",
    "https://[::1", "DE123456789", "4006381333931", "0015000000abcde", "US", "Deutschland", "O'Neil", "İ", "ŉ", "ß",
    "Dr. von der Leyen, Ursula", "ǆ", "Σ", "ΑΣ", "schÃ¶n", "DrÃ¥ber", "\U0001f469\u200d\U0001f467", "e\u0301",
    "\U0001f3f4\U000e0067\U000e007f", "a\ufe0f\u200d\u2764", "<b>x</b>", "<<b>b>", "&amp;amp;", "x" * 300, "\x00",
    "\x1f", "\x85", "a;b, c | d", "\u0301", "\u0345", "%s", "{0}", "\\", "\\1", "a\r\nb",
]  # fmt: skip
any_text = st.one_of(
    st.sampled_from(AWKWARD),
    st.text(max_size=20),
    st.text("0123456789.,-+'() €$%/:eEx ", max_size=14),
    st.from_regex(r"[0-9]{1,4}[-./ ][0-9]{1,2}[-./ ][0-9]{1,4}", fullmatch=True),
    st.lists(st.sampled_from(AWKWARD), max_size=3).map("".join),
)
columns = st.lists(any_text, max_size=6)


@pytest.mark.parametrize("step", ready_steps(), ids=shown)
@given(data=st.data())
@settings(max_examples=60)
def test_on_any_text(step: ColumnStep, data: st.DataObject) -> None:
    column = data.draw(columns)
    beside = {
        title: data.draw(st.lists(any_text, min_size=len(column), max_size=len(column))) for title in step.reads()
    }
    keeps_the_rules(step, column, beside, data.draw(st.sampled_from(["", "US", "DE"])))


@pytest.mark.parametrize("step", ready_steps(), ids=shown)
def test_on_awkward_text(step: ColumnStep) -> None:
    keeps_the_rules(step, AWKWARD, dict.fromkeys(step.reads(), AWKWARD[::-1]), "US")


def keeps_the_rules(step: ColumnStep, column: list[str], beside: dict[str, list[str]], country: str) -> None:
    outcome = run(step, column, beside, country)
    after, no = outcome.values.to_pylist(), failed(outcome, len(column))
    assert outcome.values.type == pa.string()
    assert len(after) == len(no) == len(column)
    assert all(isinstance(text, str) for text in after)
    for text, new, could_not in zip(column, after, no, strict=True):
        if could_not:
            assert new == text, "a cell that could not be converted keeps its text"
            assert outcome.reasons.get(text), "and has a reason"
            ours = re.sub("'.*'", "", outcome.reasons[text], flags=re.DOTALL)  # a quoted part is the user's own text
            assert not JARGON.search(ours), outcome.reasons[text]
        if text == "" and step.slug not in FILLING:
            assert new == ""
            assert not could_not
    added_columns_fit(step, outcome, len(column))
    if step.idempotent:
        again = run(step, after, beside, country)
        assert again.values.to_pylist() == after


def added_columns_fit(step: ColumnStep, outcome: Outcome, length: int) -> None:
    assert set(outcome.added) == set(step.adds("Column"))
    for added in outcome.added.values():
        assert (added.type, len(added), added.null_count) == (pa.string(), length, 0)


@pytest.mark.parametrize("step", ready_steps(), ids=shown)
@given(column=columns, cut=st.integers(0, 6))
@settings(max_examples=25)
def test_a_column_may_come_in_batches(step: ColumnStep, column: list[str], cut: int) -> None:
    """Once the column is learnt, a cell's answer depends on its row alone."""
    beside = dict.fromkeys(step.reads(), column[::-1])
    others = {title: pa.array(texts, pa.string()) for title, texts in beside.items()}
    learnt = step.learn([text for text in dict.fromkeys(column) if text], Context()) if step.learns else None
    values = pa.array(column, pa.string())
    whole = step.apply(values, Context(others=others, learnt=learnt))
    parts: list[Any] = []
    for start, stop in ((0, cut), (cut, len(column))):
        here = {title: other.slice(start, max(0, stop - start)) for title, other in others.items()}
        part = values.slice(start, max(0, stop - start))
        parts += step.apply(part, Context(others=here, learnt=learnt)).values.to_pylist()
    assert parts == whole.values.to_pylist()


# --- what single steps must get right


def after(slug: str, column: list[str], **params: Any) -> list[str]:
    return run(COLUMN_STEPS[slug](**params), column).values.to_pylist()


@given(st.lists(st.text(max_size=30)))
@example(["İ", "ŉ", "ΑΣ", "ΑΣ Σ", "ﬁ", "ß", "ẞ", "ǅ", "straße", "ÀÖÞ", "ŁÓDŹ", "МОСКВА", "ʼN"])
def test_case_is_pythons(column: list[str]) -> None:
    assert after("lowercase", column) == [text.lower() for text in column]
    assert after("uppercase", column) == [text.upper() for text in column]


def test_case_is_pythons_for_every_letter_that_arrow_is_trusted_with() -> None:
    letters = [chr(code) for code in (*range(0x250), *range(0x400, 0x500))]
    for letter in letters:  # one at a time, so that no other one keeps Arrow out
        assert after("lowercase", [letter]) == [letter.lower()]
        assert after("uppercase", [letter]) == [letter.upper()]


@given(st.lists(st.text(max_size=30)))
def test_trim_takes_what_python_calls_space_and_byte_order_marks(column: list[str]) -> None:
    trimmed = after("trim", column)
    for text, new in zip(column, trimmed, strict=True):
        assert new in text
        assert new == new.strip().strip("\ufeff")


@given(st.lists(st.text("a \t\n\u00a0\u2003\x1f\u3000é", max_size=12)))
def test_collapse_spaces_leaves_no_run_and_no_other_space(column: list[str]) -> None:
    for text, new in zip(column, after("collapse_spaces", column), strict=True):
        assert not re.search(r"  |[\t\u00a0\u2003\x1f\u3000]", new)
        assert new.split() == text.split()
        assert new.count("\n") == text.count("\n")


def test_invisible_characters_go_but_not_the_joints_of_emoji_and_letters() -> None:
    column = ["a\u200bb\u00adc\u200d", "\x00x\x07", "1\ufe0f\u20e3", "1\ufe0f", "क्\u200dष"]
    assert after("strip_invisible", column) == ["abc", "x", "1\ufe0f\u20e3", "1", "क्\u200dष"]


def test_a_pattern_that_takes_for_ever_is_given_up_on() -> None:
    outcome = run(COLUMN_STEPS["replace"](find="(a+)+$", replace="", regex=True), ["a" * 40 + "!", "b"])
    assert outcome.values.to_pylist() == ["a" * 40 + "!", "b"]
    assert outcome.could_not is None or outcome.reasons == {"a" * 40 + "!": "the pattern takes too long on this text"}


def test_evil_patterns_do_not_keep_a_worker() -> None:
    evil = ["a" * 28 + f"!{number}" for number in range(50)]
    outcome = run(COLUMN_STEPS["extract"](regex="^(([a-z])+.)+[A-Z]([a-z])+$"), evil)
    assert outcome.values.to_pylist() == evil
    assert all(failed(outcome, len(evil)))


@pytest.mark.parametrize(
    ("slug", "params", "complaint"),
    [
        ("replace", {"find": "(", "regex": True}, "cannot use the pattern"),
        ("replace", {"find": "a", "replace": r"\3", "regex": True}, "as replacement"),
        ("replace", {"find": "a" + "{99999999999}", "regex": True}, "cannot use the pattern"),
        ("extract", {"regex": "[a"}, "cannot use the pattern"),
        ("pad_left", {"width": 0}, "between 1 and 200"),
        ("pad_left", {"width": "wide"}, "whole number"),
        ("pad_left", {"width": 5, "char": "00"}, "one character"),
        ("truncate", {"length": 0}, "at least 1"),
        ("split", {"separators": [""]}, "between the parts"),
        ("to_boolean", {"yes": ["0"]}, "cannot mean the opposite"),
        ("map_values", {"pairs": "x"}, "pairs"),
        ("filter_rows", {"column": "A", "condition": "is"}, "needs the values"),
        ("promote_header", {"rows": ["first"]}, "numbers of the title rows"),
    ],
)
def test_parameters_that_make_no_sense(slug: str, params: dict[str, Any], complaint: str) -> None:
    with pytest.raises(StepError, match=complaint):
        build(slug, params)


def test_map_values_says_when_its_own_pairs_undo_it() -> None:
    assert COLUMN_STEPS["map_values"](pairs={"a": "b"}).idempotent
    assert not COLUMN_STEPS["map_values"](pairs={"1": "0", "0": "1"}).idempotent
    assert after("map_values", ["1", "0", "2"], pairs={"1": "0", "0": "1"}) == ["0", "1", "2"]

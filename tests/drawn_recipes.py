"""Recipes as Hypothesis draws them: any text a workbook may hold, in every form a recipe file has."""

from __future__ import annotations

from hypothesis import strategies as st

from engine.recipe import ColumnRecipe, FieldSpec, Lookup, Recipe, SheetRecipe, StepSpec, TargetRecipe

texts = st.text(max_size=12) | st.sampled_from(
    [
        "NO",
        "on",
        "1",
        "007",
        "2020-01-01",
        "null",
        "~",
        "true",
        "1.5",
        "Net 30",
        "a: b",
        "# x",
        "<<",
        "=",
        "Größe",
        "\n",
    ]
)
filled = texts.filter(bool)
names = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True)
models = st.from_regex(r"[a-z]{1,5}(\.[a-z]{1,5}){0,2}", fullmatch=True)

known_steps = st.one_of(
    st.builds(StepSpec, st.sampled_from(["trim", "lowercase", "drop_blank_rows"])),
    st.builds(
        lambda width, char, on: StepSpec("pad_left", {"width": width, "char": char}, on),
        st.integers(1, 99), texts, st.booleans(),
    ),
    st.builds(
        lambda pairs, case: StepSpec("map_values", {"pairs": pairs, "case": case}),
        st.dictionaries(texts, texts, max_size=4), st.booleans(),
    ),
    st.builds(lambda words: StepSpec("empty_words", {"words": words}), st.lists(texts, max_size=4)),
)  # fmt: skip
values = st.recursive(
    texts | st.integers(-(10**9), 10**9) | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=4,
)
unknown_steps = st.builds(
    StepSpec,
    names.map("old_{}".format),
    st.dictionaries(names.filter(lambda n: n != "enabled"), values, max_size=3),
)
steps = st.lists(known_steps | unknown_steps, max_size=3).map(tuple)


def field_specs() -> st.SearchStrategy[FieldSpec]:
    looked_up = st.builds(FieldSpec, filled, lookup=names, separator=texts)
    referring = st.builds(FieldSpec, filled, ref=filled, separator=texts)
    return st.builds(FieldSpec, filled) | looked_up | referring


targets = st.builds(
    TargetRecipe,
    model=models,
    id=texts,
    fields=st.dictionaries(filled, field_specs(), max_size=4),
    values=st.dictionaries(filled, texts, max_size=3),
    key=st.lists(texts, max_size=2).map(tuple),
    when=texts,
)
sheets = st.builds(
    SheetRecipe,
    name=filled | st.sampled_from(["A", "B"]),
    source=texts,
    header=st.lists(st.integers(1, 99), max_size=3).map(tuple),
    file=names | st.just(""),
    skip=st.booleans(),
    rows=steps,
    targets=st.lists(targets, max_size=2, unique_by=lambda target: target.model).map(tuple),
    columns=st.dictionaries(filled, st.builds(ColumnRecipe, steps), max_size=3),
)


def by_name(lookups: list[Lookup]) -> dict[str, Lookup]:
    return {lookup.name: lookup for lookup in lookups}


lookups = st.builds(Lookup, names, models, st.booleans(), texts, st.dictionaries(texts, texts, max_size=3))
recipes = st.builds(
    Recipe,
    odoo_version=st.sampled_from(["16.0", "18.0"]),
    namespace=st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True),
    country=st.sampled_from(["", "US", "NO"]),
    timezone=st.sampled_from(["UTC", "Europe/Brussels"]),
    company=texts,
    on_problem=st.sampled_from(["reject", "stop"]),
    sheets=st.lists(sheets, max_size=3).map(tuple),
    lookups=st.lists(lookups, max_size=3).map(by_name),
)

"""The order of a load: parents first, circles in two passes or refused in one sentence."""

from __future__ import annotations

from array import array
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo_migrate.project.payload import Payload, PayloadWriter
from odoo_migrate.project.project_definition import FieldEntry, ModelMapping
from odoo_migrate.project.project_reader import read_project
from odoo_migrate.stages import record_graph
from odoo_migrate.stages.load_order import Cycle, LoadStep, levels, steps
from odoo_migrate.stages.record_graph import UNREACHED, RecordLinks
from tests.loader_projects import PARTNERS, TAGS, customers, make, mapping, transformed
from tests.unit.test_sample_bundles import FILES, cleaned

ACCOUNTS = mapping(
    "res.partner", "Id", {"name": FieldEntry("Name"), "parent_id/id": FieldEntry("Up", ref="res.partner")}
)
CONTACTS = mapping(
    "res.partner.contacts",
    "Id",
    {"name": FieldEntry("Name"), "parent_id/id": FieldEntry("Account", ref="res.partner")},
    model="res.partner",
)


def planned(root: Path) -> tuple[list[LoadStep], list[str]]:
    _, found = transformed(root)
    assert found == []
    return steps(read_project(root))


def test_parents_come_before_children_whatever_the_project_says(tmp_path: Path) -> None:
    root = customers(tmp_path)
    text = (root / "config/project.yml").read_text()
    (root / "config/project.yml").write_text(
        text.replace("[res.partner.category, res.partner]", "[res.partner, res.partner.category]")
    )
    found, notes = planned(root)
    assert [one.mapping for one in found] == ["res.partner.category", "res.partner"]
    assert found[1] == LoadStep(
        "res.partner",
        "res.partner",
        tuple(PARTNERS.fields),
        own={"parent_id/id": ("res.partner",), "category_id/id": ("res.partner.category",)},
        selves=("parent_id/id",),
    )
    assert len(notes) == 1
    assert "load_order in config/project.yml has records before others that they refer to" in notes[0]


def test_the_projects_order_decides_where_nothing_else_does(tmp_path: Path) -> None:
    names = ["b", "a", "c"]
    sources = {f"{one}.csv": ("Id\n1\n", [mapping(one, "Id", {"name": FieldEntry("Id")})]) for one in names}
    found, notes = planned(make(tmp_path, sources, order=["c", "a", "b"]))
    assert ([one.mapping for one in found], notes) == (["c", "a", "b"], [])


def test_several_mappings_of_one_model_refer_to_each_other_as_others_do(tmp_path: Path) -> None:
    accounts, contacts = "Id,Name,Up\nA,Acme,\nB,Beta,A\n", "Id,Name,Account\n1,Ann,A\n"
    root = make(
        tmp_path,
        {"contacts.csv": (contacts, [CONTACTS]), "accounts.csv": (accounts, [ACCOUNTS])},
        order=["res.partner.contacts", "res.partner"],
    )
    found, _ = planned(root)
    assert [(one.mapping, one.selves) for one in found] == [
        ("res.partner", ("parent_id/id",)),
        ("res.partner.contacts", ()),
    ]
    assert found[1].own == {"parent_id/id": ("res.partner",)}


def test_references_that_no_record_has_count_for_nothing(tmp_path: Path) -> None:
    accounts, contacts = "Id,Name,Up\nA,Acme,\n", "Id,Name,Account\n1,Ann,\n"
    root = make(tmp_path, {"contacts.csv": (contacts, [CONTACTS]), "accounts.csv": (accounts, [ACCOUNTS])})
    found, notes = planned(root)
    assert [(one.mapping, dict(one.own), one.selves) for one in found] == [
        ("res.partner.contacts", {}, ()),
        ("res.partner", {}, ()),
    ]
    assert notes == []


def departments(root: Path, *, required: bool = False) -> Path:
    """Departments have managers, who are employees of departments; or two models that need each other."""
    if required:
        lines = mapping("sale.order.line", "Id", {"order_id/id": FieldEntry("Other", ref="sale.order")})
        others = mapping("sale.order", "Id", {"partner_id/id": FieldEntry("Other", ref="sale.order.line")})
        names = ("sale.order", "sale.order.line")
        first, second = others, lines
    else:
        first = mapping(
            "hr.department", "Id", {"name": FieldEntry("Id"), "manager_id/id": FieldEntry("Other", ref="hr.employee")}
        )
        second = mapping(
            "hr.employee",
            "Id",
            {"name": FieldEntry("Id"), "department_id/id": FieldEntry("Other", ref="hr.department")},
        )
        names = ("hr.department", "hr.employee")
    tags = mapping("a.tag", "Id", {"x/id": FieldEntry("Other", ref=names[0])})
    text = "Id,Other\n1,1\n"
    return make(root, {"t.csv": (text, [tags]), "a.csv": (text, [first]), "b.csv": (text, [second])})


def test_mappings_that_refer_to_each_other_are_loaded_in_two_passes(tmp_path: Path) -> None:
    found, notes = planned(departments(tmp_path))
    assert [(one.mapping, one.second, one.fields) for one in found] == [
        ("hr.department", False, ("name",)),
        ("a.tag", False, ("x/id",)),
        ("hr.employee", False, ("name", "department_id/id")),
        ("hr.department", True, ("manager_id/id",)),
    ]
    assert found[3].own == {"manager_id/id": ("hr.employee",)}
    assert notes[0] == (
        "hr.department is loaded in two passes: it and hr.employee refer to each other, so 'manager_id/id' is filled "
        "in the second."
    )


def test_a_parent_is_rather_known_from_the_start_than_other_records(tmp_path: Path) -> None:
    first = mapping(
        "res.partner", "Id", {"name": FieldEntry("Id"), "parent_id/id": FieldEntry("Other", ref="res.users")}
    )
    second = mapping(
        "res.users", "Id", {"login": FieldEntry("Id"), "partner_id/id": FieldEntry("Other", ref="res.partner")}
    )
    third = mapping(
        "more",
        "Id",
        {
            "name": FieldEntry("Id"),
            "parent_id/id": FieldEntry("Other", ref="res.partner"),
            "x/id": FieldEntry("Other", ref="res.users"),
        },
    )
    text = "Id,Other\n1,1\n"
    root = make(tmp_path, {"a.csv": (text, [first]), "b.csv": (text, [second]), "c.csv": (text, [third])})
    found, _ = planned(root)
    assert [(one.mapping, one.second) for one in found] == [
        ("res.users", False),
        ("res.partner", False),
        ("more", False),
        ("res.users", True),
    ]


def test_a_circle_through_what_odoo_wants_at_once_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(Cycle) as problem:
        planned(departments(tmp_path, required=True))
    assert str(problem.value) == (
        "sale.order, sale.order.line need each other in a circle through 'partner_id/id' of sale.order, 'order_id/id' "
        "of sale.order.line, which Odoo wants filled from the start; no order can load them."
    )


def test_records_in_a_circle_are_filled_in_a_second_pass_where_odoo_allows_them(tmp_path: Path) -> None:
    tasks = mapping(
        "project.task",
        "Id",
        {
            "name": FieldEntry("Id"),
            "parent_id/id": FieldEntry("Up", ref="project.task"),
            "depend_on_ids/id": FieldEntry("After", ref="project.task", separator=";"),
        },
    )
    root = make(tmp_path, {"a.csv": ("Id,Up,After\n1,,2\n2,1,1;3\n3,2,3\n", [tasks])})
    found, notes = planned(root)
    assert [(one.fields, one.second, one.selves) for one in found] == [
        (("name", "parent_id/id"), False, ("parent_id/id",)),
        (("depend_on_ids/id",), True, ()),
    ]
    [note] = notes
    assert note.startswith("project.task is loaded in two passes: its records refer to each other in circles through ")


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ("A,Acme,A\n", "'migr.res_partner.A' (data/raw/a.csv, row 2) refers to itself through 'parent_id/id'"),
        (
            "X,X,\nA,Acme,C\nB,Beta,A\nC,Gamma,B\nD,Delta,C\n",
            "row 3) comes back to itself through 'parent_id/id' of 'migr.res_partner.C', 'migr.res_partner.B', which",
        ),
    ],
)
def test_a_record_that_is_its_own_ancestor_is_one_sentence(tmp_path: Path, rows: str, sentence: str) -> None:
    root = make(tmp_path, {"a.csv": ("Id,Name,Up\n" + rows, [ACCOUNTS])})
    with pytest.raises(Cycle) as problem:
        planned(root)
    assert sentence in str(problem.value)


def test_levels_put_parents_first_and_circles_last(tmp_path: Path) -> None:
    rows = [("c", "b"), ("b", "a"), ("a", ""), ("x", "base.main"), ("y", "z,c"), ("z", "y"), ("s", "s")]
    with PayloadWriter(tmp_path, "res.partner", ["name", "up/id"]) as writer:
        for row, (external_id, up) in enumerate(rows, 2):
            writer.write(row, external_id, ["n", up])
    found = levels(Payload(tmp_path, "res.partner"), ["up/id"])
    assert list(found) == [2, 1, 0, 0, 3, 3, 3]
    assert list(levels(Payload(tmp_path, "res.partner"), [])) == [0] * 7


graphs = st.integers(1, 14).flatmap(
    lambda size: st.tuples(
        st.just(size), st.lists(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)), max_size=25)
    )
)


def links_of(pairs: list[tuple[int, int]]) -> RecordLinks:
    links = RecordLinks()
    for child, parent in pairs:
        links.add(child, parent)
    return links


@given(graph=graphs, numbers=st.randoms(use_true_random=False))
def test_depths_of_any_graph_without_circles(graph: tuple[int, list[tuple[int, int]]], numbers) -> None:
    size, pairs = graph
    names = list(range(size))
    numbers.shuffle(names)
    pairs = [(names[max(pair)], names[min(pair)]) for pair in pairs if pair[0] != pair[1]]
    links = links_of(pairs)
    found = record_graph.depths(size, [links])
    assert all(depth >= 0 for depth in found)
    for number in range(size):
        parents = [found[parent] for child, parent in pairs if child == number]
        assert found[number] == (max(parents) + 1 if parents else 0)
    assert record_graph.circles(found, [links]) == []


@given(graph=graphs)
def test_circles_of_any_graph_are_found_and_are_circles(graph: tuple[int, list[tuple[int, int]]]) -> None:
    size, pairs = graph
    links = links_of(pairs)
    found = record_graph.depths(size, [links])
    reached = {one: reach(one, pairs) for one in range(size)}
    unreached = {one for one in range(size) if found[one] == UNREACHED}
    assert unreached == {one for one in range(size) if any(other in reached[other] for other in {one, *reached[one]})}
    rounds = record_graph.circles(found, [links])
    assert bool(rounds) == bool(unreached)
    assert (record_graph.circle(found, [links]) != []) == bool(unreached)
    for one in rounds:
        assert all((child, parent) in pairs for child, parent in zip(one, [*one[1:], one[0]], strict=True))
    assert len({number for one in rounds for number in one}) == sum(map(len, rounds))


def reach(start: int, pairs: list[tuple[int, int]]) -> set[int]:
    found: set[int] = set()
    new = {start}
    while new:
        new = {parent for child, parent in pairs if child in new} - found
        found |= new
    return found


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=40)
@given(graph=graphs.filter(lambda one: one[0] <= 6), order=st.randoms(use_true_random=False))
def test_any_mappings_are_ordered(graph: tuple[int, list[tuple[int, int]]], order, tmp_path_factory) -> None:
    """Models that no catalog knows, so that every column can wait: whatever they refer to, each step finds its parents
    loaded, and every column is sent exactly once.
    """
    size, pairs = graph
    names = [f"m{number}" for number in range(size)]
    sources: dict[str, tuple[str | bytes, list[ModelMapping]]] = {}
    for number, name in enumerate(names):
        refs = sorted({parent for child, parent in pairs if child == number})
        fields = {f"f{parent}/id": FieldEntry("Id", ref=names[parent]) for parent in refs}
        sources[f"{name}.csv"] = ("Id\n1\n", [mapping(name, "Id", {"name": FieldEntry("Id"), **fields})])
    shuffled = list(names)
    order.shuffle(shuffled)
    found, notes = planned(make(tmp_path_factory.mktemp("project"), sources, order=shuffled))
    loaded: set[str] = set()
    sent: dict[str, list[str]] = {name: [] for name in names}
    for one in found:
        parents = {parent for those in one.own.values() for parent in those}
        assert parents <= loaded
        sent[one.mapping] += one.fields
        loaded.add(one.mapping)
    assert {name: sorted(fields) for name, fields in sent.items()} == {
        name: sorted(["name", *{f"f{parent}/id" for child, parent in pairs if child == number}])
        for number, name in enumerate(names)
    }
    circular = any(one in reach(one, pairs) for one in range(size))
    assert any(one.second for one in found) == circular
    assert circular == any("two passes" in note for note in notes)


def test_a_long_chain_is_no_harder_than_a_short_one() -> None:
    size = 200_000
    links = RecordLinks()
    for number in range(size - 1):
        links.add(number, number + 1)
    assert record_graph.depths(size, [links]) == array("q", range(size - 1, -1, -1))


@pytest.mark.parametrize("name", FILES)
def test_every_sample_is_loaded_in_one_pass_in_its_own_order(name: str, tmp_path: Path) -> None:
    _, root = cleaned(name, tmp_path)
    found, notes = planned(root)
    assert ([one.mapping for one in found], notes) == (list(read_project(root).settings.load_order), [])


def test_mappings_that_read_one_file_are_ordered_as_others(tmp_path: Path) -> None:
    order = mapping("sale.order", "No", {"name": FieldEntry("No")})
    line = ModelMapping(
        "sale.order.line", "sale.order.line", "migr.l.{No}.{Pos}", {"order_id/id": FieldEntry("No", ref="sale.order")}
    )
    found, _ = planned(make(tmp_path, {"o.csv": ("No,Pos\nS1,1\nS1,2\n", [line, order])}))
    assert [one.mapping for one in found] == ["sale.order", "sale.order.line"]


def test_tags_behind_a_lookup_are_parents_too(tmp_path: Path) -> None:
    people = mapping("res.partner", "Id", {"category_id/id": FieldEntry("Tag", lookup="tag")})
    root = make(
        tmp_path,
        {"p.csv": ("Id,Tag\n1,VIP\n", [people]), "tag.csv": ("Name\nVIP\n", [TAGS])},
        {"tag": {"VIP": "migr.tag.VIP"}},
    )
    assert [one.mapping for one in planned(root)[0]] == ["res.partner.category", "res.partner"]

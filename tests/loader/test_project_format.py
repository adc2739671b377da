"""The project's files: written to the letter, read back without trust."""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo_migrate.project import csv_text, project_definition, project_reader, yaml_text
from odoo_migrate.project.project_definition import (
    FieldEntry,
    IdPatterns,
    Manifest,
    ManifestFile,
    ModelMapping,
    Settings,
    SourceEntry,
)
from odoo_migrate.project.yaml_text import FormatError

SETTINGS = Settings(
    namespace="migr",
    odoo_version="18.0",
    timezone="Europe/Brussels",
    company="",
    sources={"tag.csv": ["res.partner.category"], "customers.csv": ["res.partner"]},
    load_order=["res.partner.category", "res.partner"],
)
PARTNER = ModelMapping(
    name="res.partner",
    model="res.partner",
    id="migr.partner.{Customer Code}",
    fields={
        "name": FieldEntry(source="Company Name", comment="trim: 1 of 2 changed"),
        "category_id/id": FieldEntry(source="Tags", lookup="tag", separator=";"),
        "is_company": FieldEntry(value="1"),
    },
)
CATEGORY = ModelMapping("res.partner.category", "res.partner.category", "migr.tag.{Name}", {"name": FieldEntry("Name")})


def write_project(root: Path) -> None:
    patterns = {one.name: one.id for one in (PARTNER, CATEGORY)}
    files = {
        project_definition.SETTINGS_FILE: SETTINGS.text(),
        project_definition.IDS_FILE: IdPatterns("migr", patterns).text(),
        "config/mappings/res.partner.yml": PARTNER.text(),
        "config/mappings/res.partner.category.yml": CATEGORY.text(),
        "config/lookups/tag.csv": project_definition.lookup_text(
            {"Wholesale": "migr.tag.Wholesale", "VIP": "migr.tag.VIP"}
        ),
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")


def test_settings_are_written_in_their_order() -> None:
    assert SETTINGS.text() == (
        "format: 1\n"
        "namespace: migr\n"
        'odoo_version: "18.0"\n'
        "timezone: Europe/Brussels\n"
        "company: null\n"
        "sources:\n"
        "  customers.csv: [res.partner]\n"
        "  tag.csv: [res.partner.category]\n"
        "load_order: [res.partner.category, res.partner]\n"
    )


def test_a_mapping_is_written_as_one_line_maps_with_comments() -> None:
    assert PARTNER.text() == (
        "model: res.partner\n"
        'id: "migr.partner.{Customer Code}"\n'
        "fields:\n"
        '  name: { source: "Company Name" }  # trim: 1 of 2 changed\n'
        '  category_id/id: { source: "Tags", lookup: tag, separator: ";" }\n'
        '  is_company: { value: "1" }\n'
    )


def test_a_project_is_read_back(tmp_path: Path) -> None:
    write_project(tmp_path)
    found = project_reader.read_project(tmp_path)
    assert found.settings == Settings(
        **{**vars(SETTINGS), "sources": found.settings.sources, "load_order": tuple(SETTINGS.load_order)}
    )
    assert dict(found.mappings) == {"res.partner.category": CATEGORY, "res.partner": PARTNER}
    assert found.raw_file("res.partner") == tmp_path / "data/raw/customers.csv"
    assert found.lookup("tag") == {"VIP": "migr.tag.VIP", "Wholesale": "migr.tag.Wholesale"}


titles = st.text(min_size=1, alphabet=st.characters(exclude_categories=["Cs"]))
entries = st.one_of(
    st.builds(FieldEntry, source=titles),
    st.builds(FieldEntry, value=titles.map(str) | st.just("")),
    st.builds(FieldEntry, source=titles, ref=st.just("res.partner"), separator=titles),
)


@given(entry=entries, when=titles, pattern=titles.filter(lambda title: not set("{}") & set(title)))
def test_any_title_survives_writing_and_reading(entry: FieldEntry, when: str, pattern: str, tmp_path_factory) -> None:
    mapping = ModelMapping("res.partner", "res.partner", f"migr.x.{{{pattern}}}", {"parent_id/id": entry}, when)
    path = tmp_path_factory.mktemp("mapping") / "res.partner.yml"
    path.write_text(mapping.text(), encoding="utf-8", newline="")
    assert project_reader.read_mapping(path, "res.partner") == mapping


@given(table=st.dictionaries(titles, titles))
def test_any_lookup_survives_writing_and_reading(table: dict[str, str], tmp_path_factory) -> None:
    path = tmp_path_factory.mktemp("lookup") / "tag.csv"
    path.write_text(project_definition.lookup_text(table), encoding="utf-8", newline="")
    assert project_reader.read_lookup(path, "tag.csv") == table


def test_quotes_stand_only_where_needed() -> None:
    assert csv_text.line(["a b", "", "x,y", 'q"q', "l\nl", "r\rr"]) == 'a b,,"x,y","q""q","l\nl","r\rr"\n'
    assert csv_text.line([""]) == '""\n'


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        ("config/project.yml", "format: 1", "format: 2", r"config/project.yml: this project has format 2"),
        ("config/project.yml", "timezone", "timezones", r"line 4: 'timezones' is not known here"),
        ("config/project.yml", "company: null\n", "", r"'company' is missing"),
        ("config/project.yml", "customers.csv", "../customers.csv", r"line 7: '../customers.csv' is not a name"),
        (
            "config/project.yml",
            "[res.partner.category, res.partner]",
            "[res.partner]",
            "look at res.partner.category",
        ),
        ("config/project.yml", "[res.partner.category]", "res.partner.category", r"line 8: a list such as"),
        (
            "config/ids.yml",
            "{Name}",
            "Name",
            r"config/ids.yml, line 4: The ID pattern 'migr.tag.Name' names no column",
        ),
        ("config/ids.yml", "migr.tag.", "migr.tags.", r"res.partner.category.yml: the id pattern differs"),
        ("config/mappings/res.partner.yml", "source", "sauce", r"res.partner.yml, line 4: 'sauce' is not known"),
        ("config/mappings/res.partner.yml", "lookup: tag", "lookup: tags", "lookup 'tags', which has no file"),
        ("config/mappings/res.partner.yml", "lookup: tag", "lookup: ../tag", "'../tag' is not a name"),
        ("config/mappings/res.partner.yml", "lookup: tag", "ref: res.users", "'res.users', which is no mapping"),
        ("config/mappings/res.partner.yml", "category_id/id", "category_id", "must be 'category_id/id'"),
        (
            "config/mappings/res.partner.yml",
            'value: "1"',
            'value: "1", lookup: tag',
            "no lookup or ref goes with it",
        ),
        ("config/mappings/res.partner.yml", '{ value: "1" }', "{ }", "needs either a source or a value"),
        ("config/mappings/res.partner.yml", "  is_company", "  name", "line 6: 'name' stands here a second time"),
        ("config/mappings/res.partner.yml", "model: res", "model: &a res", "line 1: anchors and aliases"),
        ("config/mappings/res.partner.yml", "model: res", "model: !!python/name:os.system res", "line 1: tags"),
        ("config/mappings/res.partner.yml", "fields:", "fields: [[[[[[[[[[", "nested too deeply"),
        ("config/mappings/res.partner.yml", "fields:", "fields: [", "is not valid YAML"),
        ("config/lookups/tag.csv", "source_key", "key", "line 1: the first line must be source_key,external_id"),
        ("config/lookups/tag.csv", "Wholesale,", "VIP,", "line 3: 'VIP' stands here a second time"),
        ("config/lookups/tag.csv", "VIP,", '"VIP', "is not closed"),
        ("config/lookups/tag.csv", "VIP,", "VIP,,", "line 2: 2 cells are expected, not 3"),
        ("config/lookups/tag.csv", "VIP,", ",", "line 2: a cell is empty"),
    ],
)
def test_a_damaged_file_is_named_with_its_line(tmp_path: Path, file: str, old: str, new: str, complaint: str) -> None:
    write_project(tmp_path)
    text = (tmp_path / file).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / file).write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(FormatError, match=complaint):
        project_reader.read_project(tmp_path).lookup("tag")


def test_a_missing_a_huge_and_a_foreign_file_are_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "ids.yml"
    with pytest.raises(FormatError, match="it is missing"):
        yaml_text.read(path, "ids.yml")
    path.write_bytes(b"a: b\n\xff")
    with pytest.raises(FormatError, match="line 2: the text is not UTF-8"):
        yaml_text.read(path, "ids.yml")
    path.write_bytes(b"#" * (yaml_text.MAX_BYTES + 1))
    with pytest.raises(FormatError, match="larger than 4 MB"):
        yaml_text.read(path, "ids.yml")
    path.write_bytes(b"a: \x01\n")
    with pytest.raises(FormatError, match="not valid YAML"):
        yaml_text.read(path, "ids.yml")
    path.write_bytes(b"")
    with pytest.raises(FormatError, match="it is empty"):
        yaml_text.read(path, "ids.yml")


@given(st.text())
def test_no_text_makes_the_reader_fail_otherwise(text: str) -> None:
    with contextlib.suppress(FormatError):
        yaml_text.read_text(text, "x.yml").record(("format",))


def test_the_manifest_knows_what_was_changed(tmp_path: Path) -> None:
    def digest(data: bytes) -> str:
        return hashlib.sha256(data).hexdigest()

    files = [ManifestFile("b.csv", digest(b"a\n1\n"), 1), ManifestFile("a.md", digest(b"hello\n"), None)]
    manifest = Manifest([SourceEntry("Kunden ä.xlsx", "0" * 64)], files)
    (tmp_path / "MANIFEST.json").write_text(manifest.text(), encoding="utf-8")
    (tmp_path / "a.md").write_text("hello\n")
    (tmp_path / "b.csv").write_text("a\n2\n")
    assert list(project_reader.changed_files(tmp_path)) == ["b.csv"]
    assert [one.path for one in project_reader.read_manifest(tmp_path / "MANIFEST.json").files] == [
        "a.md",
        "b.csv",
    ]


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"format": 1}', '{"format": 1, "sources": [1], "files": []}', "[" * 99999]
)
def test_a_damaged_manifest_is_one_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "MANIFEST.json").write_text(text)
    with pytest.raises(FormatError):
        project_reader.read_manifest(tmp_path / "MANIFEST.json")

"""The languages' files: what each must have, and that one file is all that a language needs."""

import re
import shutil
from pathlib import Path

import pytest

from engine.match.match_files import load
from engine.match.title_meaning import readings
from engine.values import languages as package
from engine.values.languages import folded_words, lacking, languages, tags, words, words_by_key
from engine.values.languages.__main__ import report
from engine.values.title_hints import says
from tests.imports import ROOT

FOLDER = Path(package.__file__).parent
# Lists that add to what is known already, titles, and what each country's law has of its own: a language may have
# fewer of them than the others, and others.
NOT_REQUIRED = ("months", "country_names", "currency_names", "titles", "legal_forms", "units", "measures")
# Tags whose entries become parts of regular expressions.
PATTERNS = (
    "formula_errors", "month_links", "year_links", "ordinal_endings", "before_times", "after_times", "percent_words",
    "phone_labels", "mobile_labels", "fax_labels", "extension_words", "between_phones", "totals", "grand_totals",
    "subtotals", "after_totals", "total_endings", "note_starts", "counted_records", "record_counts", "page_words",
    "month_starts", "weekday_forms", "month_ends",
)  # fmt: skip


@pytest.mark.parametrize("language", languages())
def test_a_language_has_what_all_others_have(language: str) -> None:
    missing = [name for name in lacking(language, share=0.99) if name.partition(":")[0] not in NOT_REQUIRED]
    assert not missing, (
        f"{language}.yml lacks, or should say with an empty list that there are none: {', '.join(missing)}"
    )


@pytest.mark.parametrize("language", languages())
def test_a_file_has_each_tag_once(language: str) -> None:
    found = re.findall(r"^(\w+):", FOLDER.joinpath(f"{language}.yml").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(found) == sorted(set(found))


@pytest.mark.parametrize("language", languages())
def test_the_english_file_explains_every_list(language: str) -> None:
    assert tags(language) <= tags("en")
    for tag in tags(language) - set(NOT_REQUIRED):
        assert set(words_by_key(tag, language)) <= set(words_by_key(tag, "en")), tag


@pytest.mark.parametrize("language", languages())
def test_titles_mean_words_that_are_known(language: str) -> None:
    # The order of the English file decides between several meanings, so every meaning stands in it.
    assert set(words_by_key("titles", language)) <= set(words_by_key("titles", "en"))


def test_codes_of_systems_mean_words_that_are_known() -> None:
    assert set(load("system_titles")) <= set(words_by_key("titles", "en"))


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("tag", PATTERNS)
def test_patterns_compile_one_by_one(tag: str, language: str) -> None:
    for entry in words(tag, language):
        re.compile(entry)


def test_every_tag_is_asked_for() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "engine").rglob("*.py"))
    assert [tag for tag in sorted(tags("en")) if f'"{tag}"' not in code and f"'{tag}'" not in code] == []


def test_no_code_lists_words_of_a_language() -> None:
    # Words of lists that were once spread over the modules.
    strays = re.compile(r"\b(?:nein|inconnu|zwischensumme|gedruckt|postleitzahl|mevr|mademoiselle|ltda)\b")
    sources = [path for path in (ROOT / "engine").rglob("*") if path.suffix in {".py", ".yml", ".tsv"}]
    found = [path for path in sources if path.parent != FOLDER and strays.search(path.read_text(encoding="utf-8"))]
    assert found == []


def test_an_unknown_tag_is_an_error() -> None:
    with pytest.raises(KeyError):
        words("no_such_tag")


NEW = "xx"  # no language is called that
NEW_FILE = """
yes_answers: ja, j, sant
no_answers: nej, falskt
months:
  5: maj
totals: summa
title_hints:
  email: epost, e-post
titles:
  customer: kund, kunder
  number: nummer, nr
  tax: moms
"""


@pytest.fixture
def with_a_new_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A copy of the folder with one more file in it, and nothing kept of what was read before or after that."""
    for file in FOLDER.glob("*.yml"):
        shutil.copy(file, tmp_path)
    (tmp_path / f"{NEW}.yml").write_text(NEW_FILE, encoding="utf-8")
    monkeypatch.setattr(package, "_FOLDER", tmp_path)
    _forget()
    yield
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    for function in (languages, words, words_by_key, folded_words, package._unread):
        function.cache_clear()


@pytest.mark.usefixtures("with_a_new_file")
def test_one_file_is_a_new_language() -> None:
    assert languages()[0] == "en"
    assert NEW in languages()
    assert words("yes_answers", NEW) == ("ja", "j", "sant")
    assert {"sant", "oui", "vero"} <= set(words("yes_answers"))
    assert words_by_key("months")["5"][-1] == "maj"
    assert "moms" in words_by_key("titles")["tax"]
    assert "no_answers" not in lacking(NEW)
    assert "empty_answers" in lacking(NEW, share=0.99)


def test_words_take_effect_by_tag() -> None:
    assert says("E-Mail") == {"email"}
    assert readings("Kundennummer")[0].words == {"customer", "number"}


def test_the_report_names_what_a_language_lacks() -> None:
    text = report("it")
    assert text.startswith(f"it lacks {len(lacking('it'))} lists")
    assert "\n  titles: password\n" in text

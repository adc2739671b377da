"""The words of the languages that spreadsheets are written in, one file each: `<code>.yml`.

Every list of words stands in these files under a tag, which `en.yml` explains. The code asks for a tag and gets the
words of all languages together, since one sheet may mix them. A new file is a new language; nothing else names it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from itertools import chain
from pathlib import Path

from engine.values.folding import fold

_FOLDER = Path(__file__).parent
_FIRST = "en"
_ENDING = ".yml"
# Tags are the lines that are not indented, so a file can be cut into them without parsing it.
_TAG = re.compile(r"^(\w+):", re.MULTILINE)


@cache
def languages() -> tuple[str, ...]:
    """Return the codes of all languages that have a file, English first."""
    codes = set()
    for file in _FOLDER.iterdir():
        if file.name.endswith(_ENDING):
            codes.add(file.name.removesuffix(_ENDING))
    return (_FIRST, *sorted(codes - {_FIRST}))


@cache
def words(tag: str, language: str = "") -> tuple[str, ...]:
    """Return the words of a tag in one language, or in all of them where none is named.

    Each word comes once, English ones first. A language without the tag has no words.

    Raises:
        KeyError: No file has the tag.
    """
    return words_by_key(tag, language).get("", ())


@cache
def words_by_key(tag: str, language: str = "") -> Mapping[str, tuple[str, ...]]:
    """Return the lists of a tag that holds several, by their keys, as `words` returns one.

    The keys come in the order of the English file; those that it lacks come last.

    Raises:
        KeyError: No file has the tag.
    """
    # A language may well lack a tag, but one that no language has is a slip of whoever asks.
    if not any(tag in _unread(code) for code in languages()):
        raise KeyError(tag)
    found: dict[str, list[str]] = {}
    for code in languages():
        if language in ("", code):
            for key, listed in _lists(tag, code).items():
                found.setdefault(key, []).extend(listed)
    return {key: tuple(dict.fromkeys(listed)) for key, listed in found.items()}


@cache
def folded_words(tag: str) -> frozenset[str]:
    """Return the words of a tag in all languages as `fold` writes them, to compare folded texts with."""
    return frozenset(map(fold, words(tag)))


def pattern(tag: str) -> str:
    """Return a regular expression, in brackets of its own, that matches any word of a tag in any language."""
    return f"(?:{'|'.join(words(tag))})"


def tags(language: str) -> frozenset[str]:
    """Return the tags that the file of a language has."""
    return frozenset(_unread(language))


def lacking(language: str, share: float = 0.5) -> list[str]:
    """Return the lists that more than a share of the other languages have and a language has not.

    Each is a `tag`, or `tag: key` where a tag holds several; sorted. A list that is there but empty is not lacking:
    it says that the language has no such words.
    """
    others = [_names_of_lists(code) for code in languages() if code != language]
    having = Counter(chain.from_iterable(others))
    missing = []
    for name in having.keys() - _names_of_lists(language):
        if having[name] > share * len(others):
            missing.append(name)
    return sorted(missing)


def _names_of_lists(language: str) -> frozenset[str]:
    """Return `totals`, `months: 9` and the like for all lists of a language."""
    names: list[str] = []
    for tag in tags(language):
        for key in _lists(tag, language):
            names.append(f"{tag}: {key}".removesuffix(": "))
    return frozenset(names)


def _lists(tag: str, language: str) -> Mapping[str, tuple[str, ...]]:
    """Return the lists of a tag in one language by key; a tag that holds one list has the key ""."""
    text = _unread(language).get(tag)
    if text is None:
        return {}
    import yaml  # takes longer than all else here, and what is only imported reads no words

    # With this loader every scalar stays text: `no`, `1` and `on` are words here, and no switches or numbers.
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    content = yaml.load(f"{tag}:{text}", Loader=loader)[tag]  # noqa: S506 - it makes text of everything
    if not isinstance(content, dict):
        content = {"": content}
    return {key: _parted(listed) for key, listed in content.items()}


def _parted(listed: str) -> tuple[str, ...]:
    entries = map(str.strip, listed.split(","))
    return tuple(filter(None, entries))


@cache
def _unread(language: str) -> Mapping[str, str]:
    """Return the text under each tag of a file.

    It is parsed when a tag is asked for: the titles are most of a file, and cleaning never asks for them.
    """
    text = _FOLDER.joinpath(f"{language}{_ENDING}").read_text(encoding="utf-8")
    parts = _TAG.split(text)
    return dict(zip(parts[1::2], parts[2::2], strict=True))

"""Write YAML the same way always, and read it without trust.

Reading never builds objects: it walks YAML's own nodes, so that every complaint can name the line, and refuses what a
project file has no use for (anchors, tags, deep nesting, repeated keys), which is also what makes hostile files
expensive.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

MAX_BYTES = 4 * 2**20
MAX_DEPTH = 8  # our own files need three

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./+-]*")
# Words that YAML reads as null, yes or no.
_RESERVED = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}
# What YAML cannot hold without an escape, ends a line in it, or cannot be seen by a reader.
_ESCAPED = re.compile('[^ -~\xa1-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]|["\\\\\u2028\u2029]')
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


class FormatError(ValueError):
    """Say in one sentence, with file and line, why a project file cannot be used; `message` is without them."""

    def __init__(self, message: str, file: str, line: int = 0) -> None:
        """Make the sentence; `line` is 0 where no line is to blame."""
        place = file
        if line:
            place = f"{file}, line {line}"
        super().__init__(f"{place}: {message}")
        self.message, self.file, self.line = message, file, line


def quoted(text: str) -> str:
    """Return a text in double quotes, on one line."""
    return f'"{_ESCAPED.sub(_escape, text)}"'


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    if char in _SHORT:
        return _SHORT[char]
    if ord(char) < 0x10000:
        return f"\\u{ord(char):04x}"
    return f"\\U{ord(char):08x}"


def plain(text: str) -> str:
    """Return a text without quotes where YAML reads it back as that text, else quoted."""
    if _PLAIN.fullmatch(text) and text.lower() not in _RESERVED:
        return text
    return quoted(text)


def one_line_list(items: Iterable[str]) -> str:
    """Return a list as YAML writes it on one line."""
    return f"[{', '.join(plain(item) for item in items)}]"


@dataclass(frozen=True)
class Value:
    """Hold a value of a YAML file that knows its line; scalars are text, whatever YAML would make of them."""

    node: yaml.Node
    file: str

    @property
    def line(self) -> int:
        """Return the line on which the value begins."""
        return int(self.node.start_mark.line) + 1

    def error(self, message: str) -> FormatError:
        """Return the exception for what is wrong with this value."""
        return FormatError(message, self.file, self.line)

    def text(self) -> str:
        """Return the text; raise FormatError for a list or a map."""
        if not isinstance(self.node, yaml.ScalarNode):
            raise self.error("one text is expected here.")
        return str(self.node.value)

    def text_or_nothing(self) -> str:
        """Return the text; "" for null."""
        if self.is_nothing():
            return ""
        return self.text()

    def is_nothing(self) -> bool:
        """Tell whether this is null."""
        return isinstance(self.node, yaml.ScalarNode) and self.node.tag.endswith(":null")

    def texts(self) -> tuple[str, ...]:
        """Return a list of texts; raise FormatError for anything else."""
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.error("a list such as [a, b] is expected here.")
        return tuple(Value(item, self.file).text() for item in self.node.value)

    def entries(self) -> dict[str, Value]:
        """Return the map's values by key; raise FormatError for anything but a map with distinct keys."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.error("entries of the form 'name: value' are expected here.")
        found: dict[str, Value] = {}
        for key_node, node in self.node.value:
            key = Value(key_node, self.file)
            if key.text() in found:
                raise key.error(f"'{key.text()}' stands here a second time.")
            found[key.text()] = Value(node, self.file)
        return found

    def record(self, required: Sequence[str], optional: Sequence[str] = ()) -> Mapping[str, Value]:
        """Return a map with exactly these keys; raise FormatError for the first key too many or too few."""
        found = self.entries()
        for name, value in found.items():
            if name not in required and name not in optional:
                raise value.error(f"'{name}' is not known here; expected are {', '.join((*required, *optional))}.")
        for name in required:
            if name not in found:
                raise self.error(f"'{name}' is missing.")
        return found


def read_bytes(path: Path, shown: str, limit: int = MAX_BYTES) -> bytes:
    """Return a file's content; raise FormatError where it is missing, unreadable or larger than the limit."""
    try:
        with path.open("rb") as stream:
            data = stream.read(limit + 1)  # one byte more tells that there is more
    except FileNotFoundError as problem:
        raise FormatError("it is missing.", shown) from problem
    except OSError as problem:
        raise FormatError("it cannot be opened.", shown) from problem
    if len(data) > limit:
        raise FormatError(f"it is larger than {limit // 2**20} MB, which no such file should be.", shown)
    return data


def decoded(data: bytes, shown: str) -> str:
    """Return UTF-8 as text; raise FormatError with the line that is none."""
    try:
        return data.decode("utf-8-sig")  # editors on Windows put a mark in front
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise FormatError("the text is not UTF-8; save the file with that encoding.", shown, line) from problem


def read(path: Path, shown: str) -> Value:
    """Return the file's one document; `shown` is its name in the FormatError raised where it cannot be used."""
    return read_text(decoded(read_bytes(path, shown), shown), shown)


def read_text(text: str, shown: str, max_depth: int = MAX_DEPTH) -> Value:
    """Return the one document of a text, as `read` does of a file."""
    try:
        _refuse_the_unusual(text, shown, max_depth)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as problem:
        raise _unreadable(problem, shown) from problem
    if node is None:
        raise FormatError("it is empty.", shown)
    return Value(node, shown)


def _unreadable(problem: yaml.YAMLError, shown: str) -> FormatError:
    mark = getattr(problem, "problem_mark", None)
    what = getattr(problem, "problem", None) or "a character that YAML does not allow"
    line = 0
    if mark:
        line = mark.line + 1
    return FormatError(f"this is not valid YAML ({what}).", shown, line)


def _refuse_the_unusual(text: str, shown: str, max_depth: int) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = 0
        if event.start_mark:
            line = event.start_mark.line + 1
        # An alias that repeats an alias makes a few lines expand to gigabytes.
        if getattr(event, "anchor", None):
            raise FormatError("anchors and aliases (& and *) are not used in these files.", shown, line)
        # A tag may ask for any type, which plain values have no use for.
        if getattr(event, "tag", None):
            raise FormatError("tags (!) are not used in these files.", shown, line)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > max_depth:
            raise FormatError("this is nested too deeply.", shown, line)

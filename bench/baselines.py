"""What the portal is measured against: other programs on the same data, and plain loops over single values."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

import duckdb
import fastexcel
import phonenumbers
import pyarrow as pa
import pyarrow.csv

BLOCK = 2**22

EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[a-z]{2,}$", re.IGNORECASE)
NUMBER = re.compile(r"^[-+(]?[$€£]?\s?[\d.,' ]+\)?%?$")
SPACES = re.compile(r"\s+")
UNSAFE = re.compile(r"[^A-Za-z0-9_.-]+")
NO_AMOUNT = re.compile(r"[^0-9.-]")
EMPTY_WORDS = frozenset({"n/a", "-", "none", "null", "tbd"})
DATE_FORMATS = ("%Y-%m-%d", "%m/%d/%Y", "%d.%m.%Y", "%d %B %Y", "%B %d, %Y", "%Y/%m/%d")


def parse_csv(path: Path) -> int:
    """Parse with pyarrow alone, every cell as text, nothing kept, and return the number of rows."""
    return sum(batch.num_rows for batch in csv_batches(path)[1])


def csv_batches(path: Path) -> tuple[list[str], Iterable[pa.RecordBatch]]:
    """Return a CSV file's titles and its rows as pyarrow parses them, every cell as text."""
    with path.open("rb") as file:
        titles = next(csv.reader([file.readline().decode()]))
    text = pa.csv.ConvertOptions(column_types=dict.fromkeys(titles, pa.string()), strings_can_be_null=False)
    read = pa.csv.ReadOptions(block_size=BLOCK)
    return titles, pa.csv.open_csv(path, convert_options=text, read_options=read)


def csv_to_jsonl(path: Path, out: Path) -> None:
    """Write every row as an object on a line with Python's csv and json, nothing checked."""
    with path.open(encoding="utf-8", newline="") as rows, out.open("w", encoding="utf-8") as lines:
        for row in csv.DictReader(rows):
            lines.write(json.dumps(row, ensure_ascii=False) + "\n")


def jsonl_to_csv(path: Path, out: Path) -> None:
    """Go the way back, with an ID before each row."""
    with path.open(encoding="utf-8") as lines, out.open("w", encoding="utf-8", newline="") as rows:
        writer = csv.writer(rows, lineterminator="\n")
        for number, line in enumerate(lines):
            writer.writerow([f"migr.partner.{number}", *json.loads(line).values()])


def read_xlsx(path: Path) -> int:
    """Read the first sheet as text with fastexcel."""
    sheet = fastexcel.read_excel(str(path)).load_sheet(0, dtypes="string")
    return sheet.to_arrow().num_rows


def summarize(path: Path) -> int:
    """Let DuckDB summarize the CSV file, every cell as text."""
    return len(duckdb.execute("SUMMARIZE FROM read_csv(?, all_varchar = true)", [str(path)]).fetchall())


def profile_by_value(columns: Iterable[Sequence[str]]) -> int:
    """Profile as one would write it first: one look at every single value."""
    return sum(len(_profile_column(cells)) for cells in columns)


def _profile_column(cells: Sequence[str]) -> Counter[str]:
    values: Counter[str] = Counter()
    facts: Counter[str] = Counter()
    for text in cells:
        values[text] += 1
        facts[f"pattern {''.join(map(_class_of, text))}"] += 1
        facts["spaces"] += text != text.strip() or "  " in text
        facts["email"] += EMAIL.match(text) is not None
        facts["number"] += NUMBER.match(text) is not None
        facts["length"] = max(facts["length"], len(text))
    return facts


def _class_of(character: str) -> str:
    if character.isdigit():
        return "9"
    if character.isupper():
        return "A"
    return "a" if character.isalpha() else character


def phones_by_library(numbers: Sequence[str]) -> list[str]:
    """Ask phonenumbers about every single number of the United States: E.164, or the text where it is none."""
    return [_phone(text) or text for text in numbers]


class LoopOverCells:
    """Clean with the benchmark's recipe as one would write it first: cell by cell, counting as the bundle does."""

    def __init__(self, titles: Sequence[str]) -> None:
        """Take the titles of the columns in order."""
        steps: dict[str, list[Callable[[str], str | None]]] = {
            "Company Name": [str.strip, _collapsed],
            "Email Address": [str.strip, str.lower],
            "Phone": [_without_empty_words, _phone],
            "Customer Since": [_date],
            "Open Balance": [_amount],
        }
        self.titles = titles
        self.steps = [steps.get(title, []) for title in titles]
        self.counts: Counter[tuple[str, int, str]] = Counter()
        self.ids: set[str] = set()

    def clean(self, rows: Iterable[Sequence[str]]) -> int:
        """Clean, write CSV, pack at zlib's usual level, and return the bytes written."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(self.titles)
        for row in rows:
            self.ids.add("migr.partner." + UNSAFE.sub("_", row[0]))
            writer.writerow([self._cell(place, text) for place, text in enumerate(row)])
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("data/raw/customers.csv", out.getvalue())
        return packed.tell()

    def _cell(self, place: int, text: str) -> str:
        for number, step in enumerate(self.steps[place]):
            after = step(text) if text else text
            if after is None:
                self.counts[self.titles[place], number, "could not"] += 1
            elif after != text:
                self.counts[self.titles[place], number, "changed"] += 1
                text = after
        return text


def _collapsed(text: str) -> str:
    return SPACES.sub(" ", text)


def _without_empty_words(text: str) -> str:
    return "" if text.strip().lower() in EMPTY_WORDS else text


def _phone(text: str) -> str | None:
    try:
        number = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _date(text: str) -> str | None:
    for form in DATE_FORMATS:
        try:
            return datetime.strptime(text, form).date().isoformat()  # noqa: DTZ007 - a date has no zone
        except ValueError:
            continue
    return None


def _amount(text: str) -> str | None:
    try:
        return f"{Decimal(NO_AMOUNT.sub('', text)):.2f}"
    except InvalidOperation:
        return None


def write_and_deflate(batches: Iterable[pa.RecordBatch], titles: Sequence[str]) -> int:
    """Write the columns as CSV, deflated at level 1: the least that a bundle costs. Return the bytes written."""
    packer, size = zlib.compressobj(1), 0
    buffer = io.BytesIO()
    with pa.csv.CSVWriter(buffer, pa.schema([(title, pa.string()) for title in titles])) as writer:
        for batch in batches:
            writer.write_batch(batch.select(titles))
            size += len(packer.compress(buffer.getvalue()))
            buffer.seek(0)
            buffer.truncate()
    return size + len(packer.compress(buffer.getvalue()) + packer.flush())


def main(path: Path) -> None:
    """Read a CSV file, write it as CSV and deflate that: the least work of the whole way, as a process."""
    titles, batches = csv_batches(path)
    write_and_deflate(batches, titles)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Draw a dataset by a seed: some tables of one business, the mess in them, and the files that they are written to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import Random

from bench.mess.cell_mess import spoil
from bench.mess.cell_writing import Hand
from bench.mess.clean_truth import Record, TruthDraw
from bench.mess.drawn_tables import Drawing, drawn_table, subjects_of
from bench.mess.report_layouts import LAYOUTS, TOGETHER, LaidSheet, Layout
from bench.mess.truth_tables import TruthTable
from bench.mess.word_lists import places, systems
from bench.mess.workbook_files import WRITERS

_TOGETHER = [
    ["customers"], ["customers"], ["suppliers"], ["items"], ["customers", "items", "orders"], ["orders"],
    ["accounts"], ["accounts", "journal"], ["leads"], ["employees"], ["customers", "suppliers"], ["items", "orders"],
]  # fmt: skip
# Those that make up the most of what is brought come from CSV files and xlsx workbooks.
_FORMS = ["csv"] * 6 + ["xlsx"] * 7 + ["xls", "ods", "text.xls", "html.xls"]


@dataclass(frozen=True)
class MessySheet:
    """Hold a sheet of a file, as it was laid out."""

    file: str
    laid: LaidSheet


@dataclass(frozen=True)
class MessyDataset:
    """Hold what was drawn by a seed.

    Attributes:
        seed: The seed.
        country: The country that the business is in.
        language: The language of its words.
        system: Whose exports these are, "" for a person's own lists.
        files: The files, in the order in which they are uploaded.
        sheets: Their sheets.
        mess: All kinds of mess.
    """

    seed: int
    country: str
    language: str
    system: str
    files: tuple[Path, ...]
    sheets: tuple[MessySheet, ...]
    mess: tuple[str, ...]


class DatasetDraw:
    """Draw one dataset into a folder."""

    def __init__(self, seed: int, folder: Path) -> None:
        """Take the seed, and where the files go."""
        self.seed, self.folder, self.random = seed, folder, Random(seed)
        self.system = self.random.choice([*systems(), *systems(), *[""] * 2 * len(systems())])
        language = systems()[self.system]["language"] if self.system else ""
        there = [code for code, place in places().items() if language in ("", place["language"])]
        # Systems in English are used everywhere; their words stay English, so that only the values differ.
        self.country = self.random.choice(there)
        self.truth = TruthDraw(self.random, self.country)
        self.form = self.random.choice(_FORMS)
        self.mess: list[str] = []

    def draw(self) -> MessyDataset:
        """Write the files and return what is in them."""
        tables = [self._table(subject, shared) for subject, shared in self._subjects()]
        laid = [self._laid(table) for table in tables]
        sheets, files = list[MessySheet](), list[Path]()
        _, _, _, _, several = WRITERS[self.form]
        together = several and len(laid) > 1 and self.random.random() < 0.6
        for part in [laid] if together else [[one] for one in laid]:
            path = self._written(part)
            files.append(path)
            sheets += [MessySheet(path.name, one) for one in part]
        for one in laid:
            self.mess += [*one.table.mess, *one.mess]
        mess = tuple(dict.fromkeys(self.mess))
        return MessyDataset(
            self.seed, self.country, self.truth.language, self.system, tuple(files), tuple(sheets), mess
        )

    def _subjects(self) -> list[tuple[str, dict[str, list[Record]]]]:
        shared: dict[str, list[Record]] = {}
        if not self.system:
            subjects = self.random.choice(_TOGETHER)
        else:
            there = subjects_of(self.system)
            subjects = self.random.sample(there, min(len(there), self.random.choice([1, 1, 2])))
            subjects.sort(key=there.index)
        return [(subject, shared) for subject in subjects]

    def _table(self, subject: str, shared: dict[str, list[Record]]) -> TruthTable:
        typed = WRITERS[self.form][2]
        hand = Hand(self.random, self.truth.language, self.country, typed)
        drawing = Drawing(self.random, self.truth, hand, subject, self.system, shared)
        table = drawn_table(drawing, self.random.choice([8, 15, 25, 40, 60]))
        spoil(table, self.random, self.random.choice([0, 1, 2, 4]))
        return table

    def _laid(self, table: TruthTable) -> LaidSheet:
        # Systems' plain exports have their titles on the first row; printed reports and people's lists do not.
        wanted = self.random.choice([0, 0, 1, 3, 5, 8])
        chosen = set(self.random.sample(LAYOUTS, wanted))
        for kind, with_it in TOGETHER.items():
            if kind in chosen and self.random.random() < 0.7:
                chosen.add(with_it)
        return Layout(table, self.random, chosen, WRITERS[self.form][3]).lay()

    def _written(self, sheets: list[LaidSheet]) -> Path:
        writer, ending, _, _, _ = WRITERS[self.form]
        path = self.folder / f"{sheets[0].table.name}{ending}"
        self.mess += writer(sheets, path, self.random)
        return path


def draw_dataset(seed: int, folder: Path) -> MessyDataset:
    """Write the files of a seed into a folder, and return what they say in truth."""
    return DatasetDraw(seed, folder).draw()

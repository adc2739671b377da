"""Lay a table out in rows, as lists and printed reports do: titles, groups, totals, page heads, notes, blank rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from random import Random
from typing import Any

from bench.mess.truth_tables import MessyCell, TruthColumn, TruthTable
from bench.mess.word_lists import people

_GROUPED_BY = {"category", "tags", "country", "department", "stage", "city", "buyer", "account_type"}
_SUMMED = {"amount", "debit", "credit_amount", "balance", "stock", "revenue"}
_ADDRESS = {"street", "street2", "zip", "city", "state", "country"}
_ORDER_CELLS = {
    "order", "date", "created", "buyer", "buyer_number", "email", "currency", "status", "total", "street", "city",
    "zip", "country", "=paid", "entry", "label", "partner", "=Journal Entry",
}  # fmt: skip


@dataclass
class LaidRow:
    """Hold a row of a sheet: its kind, its cells, and which record of the truth it is (from 0; None for none)."""

    kind: str
    cells: list[MessyCell]
    record: int | None = None


@dataclass
class LaidSheet:
    """Hold a sheet as it will be written.

    Attributes:
        table: What it says in truth.
        columns: The columns that it has, in order.
        rows: Its rows in order.
        header_rows: The numbers of the rows (from 1) with the titles.
        merged: Merged areas: first row, first column, last row, last column (from 1).
        mess: The kinds of layout that it has.
    """

    table: TruthTable
    columns: list[TruthColumn]
    rows: list[LaidRow]
    header_rows: list[int] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    mess: list[str] = field(default_factory=list)


def plain(text: str) -> MessyCell:
    """Return a cell that belongs to no record."""
    return MessyCell(text, text)


class Layout:
    """Lay out one table, with the kinds of layout that were drawn for it."""

    def __init__(self, table: TruthTable, random: Random, chosen: set[str], may_merge: bool) -> None:
        """Take the table, the kinds of layout, and whether the file can merge cells."""
        self.table, self.random, self.chosen, self.may_merge = table, random, chosen, may_merge
        self.words: dict[str, Any] = people(table.language)
        self.done: list[str] = []
        self.columns = list(table.columns)
        self.cells = [row.cells for row in table.rows]
        self.group: TruthColumn | None = None
        self.left = 0  # the column in which labels are
        self.groups = [""] * len(table.rows)

    def lay(self) -> LaidSheet:
        """Return the sheet."""
        self._first_lines_only()
        self._take_group_out()
        self._add_columns()
        self._spoil_titles()
        if self._wants("rows and columns before the table"):
            self._insert(0, TruthColumn("", "+empty"), [""] * len(self.cells))
            self.left = 1
        sheet = LaidSheet(self.table, self.columns, [])
        self._report_head(sheet)
        self._titles(sheet)
        self._body(sheet)
        self._end(sheet)
        sheet.mess = self.done
        return sheet

    def _wants(self, kind: str) -> bool:
        if kind in self.chosen:
            self.done.append(kind)
            return True
        return False

    # --- columns

    def _first_lines_only(self) -> None:
        """Leave the cells of an order out on all lines but its first."""
        if self.table.kind not in {"order", "journal"} or not self._wants("order cells on the first line only"):
            return
        key = "order" if self.table.kind == "order" else "entry"
        # A system names the order on every line, a person only on the first.
        keeps_key = self.random.random() < 0.5
        position = next(index for index, column in enumerate(self.columns) if column.about == key)
        last = ""
        for number, cells in enumerate(self.cells):
            name, fresh = cells[position].want, list(cells)
            if name == last:
                for index, column in enumerate(self.columns):
                    if column.about in _ORDER_CELLS and not (keeps_key and column.about == key):
                        fresh[index] = MessyCell("", cells[index].want, ("order cells on the first line only",))
            last = name
            self.cells[number] = fresh

    def _take_group_out(self) -> None:
        """Make a column into group rows."""
        candidates = [column for column in self.columns if column.about in _GROUPED_BY]
        if not candidates or self.table.kind in {"order", "journal"} or not self._wants("grouped report"):
            return
        self.group = self.random.choice(candidates)
        position = self.columns.index(self.group)
        self.groups = [cells[position].text for cells in self.cells]
        self.columns = [column for column in self.columns if column is not self.group]
        self.cells = [cells[:position] + cells[position + 1 :] for cells in self.cells]

    def _add_columns(self) -> None:
        if self._wants("running numbers"):
            title = "" if self._wants("untitled first column") else self._running_title()
            self._insert(0, TruthColumn(title, "+running"), [str(number) for number in range(1, len(self.cells) + 1)])
        if self._wants("empty columns"):
            title = self.random.choice(["", self.words["reports"]["items"], "Memo"])
            titles = {column.title for column in self.columns}
            self._insert(
                self.random.randint(1, len(self.columns)),
                TruthColumn("" if title in titles else title, "+empty"), [""] * len(self.cells),
            )  # fmt: skip

    def _spoil_titles(self) -> None:
        last = len(self.columns) - 1
        if last > 1 and self._wants("repeated titles"):
            position = self.random.randint(0, last)
            self._insert(
                position + 1, TruthColumn(self.columns[position].title, "+empty"), self._second_values(position)
            )
        if self._wants("line breaks in titles"):
            self.columns = [TruthColumn(column.title.replace(" ", "\n", 1), column.about) for column in self.columns]

    def _second_values(self, position: int) -> list[str]:
        """Return what a second column of a title holds: now and then the same once more."""
        return [cells[position].text if self.random.random() < 0.25 else "" for cells in self.cells]

    def _running_title(self) -> str:
        titles = {column.title for column in self.columns}
        return next(title for title in ("#", "Nr.", "No", "Nr") if title not in titles)

    def _insert(self, position: int, column: TruthColumn, texts: list[str]) -> None:
        self.columns.insert(position, column)
        self.cells = [
            [*cells[:position], plain(text), *cells[position:]] for cells, text in zip(self.cells, texts, strict=True)
        ]

    # --- rows

    def _row(self, kind: str, texts: dict[int, str] | str) -> LaidRow:
        """Return a row that is no record; a text stands in its first column."""
        by_position = {self.left: texts} if isinstance(texts, str) else texts
        cells = [plain(by_position.get(position, "")) for position in range(len(self.columns))]
        return LaidRow(kind, cells)

    def _report_head(self, sheet: LaidSheet) -> None:
        if "rows and columns before the table" in self.done:
            sheet.rows += [self._row("blank", ""), self._row("blank", "")]
        if not self._wants("report title rows"):
            return
        lines = [self.random.choice(["Musterfirma AG", "Example Company Ltd", "Pennine Trading"])]
        lines.append(self.words["reports"][self.table.subject])
        lines.append(self.random.choice(self.words["basis"]))
        if self._wants("printed date"):
            lines.append(self.random.choice(self.words["printed"]))
        self.random.shuffle(lines)
        for line in lines:
            sheet.rows.append(self._row("report", line))
            if self.may_merge and self.random.random() < 0.5:
                number = len(sheet.rows)
                sheet.merged.append((number, self.left + 1, number, len(self.columns)))
        if self.random.random() < 0.7:
            sheet.rows.append(self._row("blank", ""))

    def _titles(self, sheet: LaidSheet) -> None:
        titles = [column.title for column in self.columns]
        if self._wants_two_rows():
            upper, titles = self._two_rows(titles)
            sheet.rows.append(self._row("titles", dict(enumerate(upper))))
            sheet.header_rows.append(len(sheet.rows))
            if self.may_merge:
                sheet.merged.append(self._merged_title(upper, len(sheet.rows)))
        sheet.rows.append(self._row("titles", dict(enumerate(titles))))
        sheet.header_rows.append(len(sheet.rows))

    def _wants_two_rows(self) -> bool:
        positions = [index for index, column in enumerate(self.columns) if column.about in _ADDRESS]
        together = len(positions) > 1 and positions[-1] - positions[0] == len(positions) - 1
        return together and self._wants("two rows of titles")

    def _two_rows(self, titles: list[str]) -> tuple[list[str], list[str]]:
        """Return titles over an address, and below them the rest."""
        upper = [""] * len(titles)
        first = next(index for index, column in enumerate(self.columns) if column.about in _ADDRESS)
        address = {"en": "Address", "de": "Anschrift", "fr": "Adresse", "es": "Dirección", "it": "Indirizzo",
                   "nl": "Adres", "pt": "Morada"}  # fmt: skip
        upper[first] = address[self.table.language]
        return upper, titles

    def _merged_title(self, upper: list[str], row: int) -> tuple[int, int, int, int]:
        """Return the area of the only title of an upper row, over the columns below it."""
        positions = [index for index, column in enumerate(self.columns) if column.about in _ADDRESS]
        return (row, positions[0] + 1, row, positions[-1] + 1)

    def _body(self, sheet: LaidSheet) -> None:
        heads = self._wants("page heads that come again") and len(self.cells) > 12
        blanks = self._wants("blank rows")
        order = sorted(range(len(self.cells)), key=lambda number: self.groups[number])
        previous, members = None, list[int]()
        for step, number in enumerate(order):
            group = self.groups[number]
            if self.group and group != previous:
                self._close_group(sheet, previous, members)
                previous, members = group, []
                sheet.rows.append(self._row("group", group))
            members.append(number)
            sheet.rows.append(LaidRow("data", self.cells[number], number))
            if heads and step % 12 == 11 and step < len(order) - 1:
                self._page_head(sheet, step // 12 + 2)
            if blanks and self.random.random() < 0.08:
                sheet.rows.append(self._row("blank", ""))
        if self.group:
            self._close_group(sheet, previous, members)

    def _page_head(self, sheet: LaidSheet, page: int) -> None:
        if self.random.random() < 0.5:
            text = self.random.choice(self.words["page"]).format(n=page, all=page + 1)
            sheet.rows.append(self._row("page", text))
        for number in sheet.header_rows:
            sheet.rows.append(LaidRow("titles again", list(sheet.rows[number - 1].cells)))

    def _close_group(self, sheet: LaidSheet, group: str | None, members: list[int]) -> None:
        sums = self._sums(members)
        if group is None or not sums or "totals of groups" not in self.chosen:
            return
        self.done.append("totals of groups")
        label = self.random.choice(self.words["total_for"]).format(group=group)
        with_word = "totals without a word" not in self.chosen and self.left not in sums
        sheet.rows.append(self._row("subtotal", sums | ({self.left: label} if with_word else {})))

    def _sums(self, members: list[int]) -> dict[int, str]:
        """Return the sum of the members in each column of amounts, written as its cells are."""
        found = {}
        for position, column in enumerate(self.columns):
            if column.about not in _SUMMED:
                continue
            wants = [self.cells[number][position].want or "0" for number in members]
            try:
                total = sum((Decimal(want) for want in wants), Decimal(0))
            except InvalidOperation:
                continue
            point = any("," in self.cells[number][position].text[-3:] for number in members)
            found[position] = f"{total:.2f}".replace(".", "," if point else ".")
        return found

    def _end(self, sheet: LaidSheet) -> None:
        sums = self._sums(list(range(len(self.cells))))
        if sums and self.left not in sums and self._wants("total at the end"):
            label = {self.left: self.random.choice(self.words["totals"])}
            if self._wants("totals without a word"):
                label = {}
            sheet.rows.append(self._row("total", sums | label))
            if self._wants("shares of the total"):
                shares = dict.fromkeys(sums, "100.00%")
                sheet.rows.append(
                    self._row("total", shares | {self.left: self.random.choice(self.words["share_of_total"])})
                )
        if self._wants("notes at the end"):
            if self.random.random() < 0.7:
                sheet.rows.append(self._row("blank", ""))
            text = self.random.choice(self.words["closing"]).format(count=len(self.cells))
            sheet.rows.append(self._row("note", text))
        if self.may_merge and self._wants("merges beside the table"):
            right = len(self.columns) + 3
            sheet.merged.append((2, right, 4, right + 1))


LAYOUTS = (
    "report title rows", "printed date", "grouped report", "totals of groups", "totals without a word",
    "total at the end", "page heads that come again", "two rows of titles", "untitled first column",
    "running numbers", "blank rows", "notes at the end", "empty columns", "order cells on the first line only",
    "merges beside the table", "repeated titles", "line breaks in titles", "rows and columns before the table",
    "shares of the total",
)  # fmt: skip

# What mostly comes along with a kind of layout.
TOGETHER = {
    "printed date": "report title rows", "grouped report": "totals of groups", "totals of groups": "grouped report",
    "totals without a word": "total at the end", "shares of the total": "total at the end",
    "untitled first column": "running numbers",
}  # fmt: skip

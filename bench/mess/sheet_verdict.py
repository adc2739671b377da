"""Judge one sheet: its table, its findings, what its columns became, and every record and cell that came out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow as pa

from bench.mess.cell_comparison import same
from bench.mess.faults import Figures, QualityFault
from bench.mess.report_layouts import LaidSheet
from bench.mess.truth_tables import MessyCell, TruthColumn, TruthRow
from bench.mess.unattended_run import RunSheet
from engine.bundle.checked_sheets import CheckedSheet
from engine.bundle.export_problems import ExportProblem
from engine.bundle.mapped_targets import MappedTarget
from engine.clean import SheetRun
from engine.clean.cleaning_plan import plan_sheet
from engine.profile.profile_results import MAX_ROWS, FindingFacts
from engine.recipe import Recipe, RecipeError, SheetRecipe
from engine.recipe.finding_fixes import has_fix, with_fixes
from engine.sheets.row_kinds import DATA
from engine.sheets.sheet_outline import SheetKinds
from engine.sheets.working_file import ROW
from engine.steps import HEADER_STEPS
from engine.steps.step_parameters import StepError

_NEVER_EMPTY = {"name", "ref", "default_code", "code", "partner_id", "/product_id"}
_MADE = "made"  # what a column fills by way of a column that a step makes
_LINES = {"sale.order.line", "account.move.line", "purchase.order.line"}


@dataclass(frozen=True)
class SheetUnderTest:
    """Hold a sheet as it is in truth, and what became of it.

    Attributes:
        seed: The dataset's seed.
        country: The dataset's country.
        laid: The sheet as it was written.
        run: What the program read; None where it read nothing.
        recipe: All that was decided.
        checked: What the export makes of it; None where nothing was checked.
        problems: What the check says, of all sheets.
    """

    seed: int
    country: str
    laid: LaidSheet
    run: RunSheet | None
    recipe: Recipe
    checked: CheckedSheet | None
    problems: tuple[ExportProblem, ...]


class SheetVerdict:
    """Judge a sheet into figures."""

    def __init__(self, test: SheetUnderTest, run: RunSheet) -> None:
        """Take the sheet; its file could be read."""
        self.test, self.laid, self.run = test, test.laid, run
        self.table = test.laid.table
        self.figures = Figures()
        # Source row by record, and the other way.
        self.records = {}
        for number, row in enumerate(self.laid.rows, 1):
            if row.record is not None:
                self.records[number] = row.record
        self.columns = self._columns()

    def _columns(self) -> dict[str, TruthColumn]:
        """Return the columns of the truth by the titles under which the program has them."""
        found = {}
        for title, position in zip(self.run.working.titles, self.run.shape.columns, strict=True):
            if position < len(self.laid.columns):
                found[title] = self.laid.columns[position]
        return found

    def figures_of_sheet(self) -> Figures:
        """Return all that is to be said of the sheet."""
        self._judge_table()
        self._judge_kinds()
        self._judge_suggestion()
        self._judge_findings()
        self._judge_rows()
        return self.figures

    def _fault(
        self, measure: str, kind: str, where: str, got: str, want: str, mess: tuple[str, ...] = ()
    ) -> QualityFault:
        return QualityFault(measure, kind, self.test.seed, f"{self.run.file} {where}", got, want, mess)

    # --- the table

    def _judge_table(self) -> None:
        got, want = list(self.run.shape.header_rows), self.laid.header_rows
        mess = tuple(self.laid.mess)
        self.figures.count("titles", got == want, self._fault("titles", "titles", "rows", str(got), str(want), mess))
        wrong = self._rows_taken_wrong() if got == want else ["titles"]
        for kind in dict.fromkeys(wrong):
            rows = [row for row, one in self._row_kinds_wrong() if one == kind] if kind != "titles" else []
            self.figures.faults.append(
                self._fault("tables", kind, f"rows {rows[:5]}", "data" if kind != "data" else "no data", kind, mess)
            )
        self.figures.count("tables", not wrong)

    def _rows_taken_wrong(self) -> list[str]:
        return [kind for _, kind in self._row_kinds_wrong()]

    def _row_kinds_wrong(self) -> Iterator[tuple[int, str]]:
        """Yield the rows that are taken for data and are none, or the other way, with what they are.

        Where groups are in doubt and the program offers both readings, the right one of them counts.
        """
        whole = SheetKinds(self.run.working)
        for batch in self.run.working.batches():
            kinds = whole.of(batch)
            offered = kinds.codes if kinds.grouped is None else kinds.grouped
            readings = zip((kinds.codes == DATA).tolist(), (offered == DATA).tolist(), strict=True)
            for row, is_data in zip(batch.column(ROW).to_pylist(), readings, strict=True):
                kind = self.laid.rows[row - 1].kind if row <= len(self.laid.rows) else "blank"
                if (kind == "data") not in is_data:
                    yield row, kind

    # --- kinds, models, fields, keys

    def _judge_kinds(self) -> None:
        for facts in self.run.profile.columns:
            column = self.columns.get(facts.title)
            if column is None:
                continue
            kinds = column.rule(self.table.kind)["kinds"]
            # A column of a handful of cells may be anything.
            if kinds and facts.filled >= 5:
                examples = str([text for text, _ in facts.top[:3]])
                fault = self._fault(
                    "kinds", f"{column.about} as {facts.kind}", f"'{facts.title}' {examples}", facts.kind, str(kinds)
                )
                self.figures.count("kinds", facts.kind in kinds, fault)

    def _judge_suggestion(self) -> None:
        suggestion = self.run.suggestion
        if suggestion is None:
            return
        models = self.table.models
        right = suggestion.model in models
        fault = self._fault(
            "models", f"{self.table.subject} as {suggestion.model or 'nothing'}", f"{list(self.run.working.titles)}",
            suggestion.model, str(sorted(models)),
        )  # fmt: skip
        self.figures.count("models", right, fault)
        if not right:
            return
        self._judge_fields()
        abouts = [self.columns[title].about for title in suggestion.key if title in self.columns]
        key_right = bool(abouts) and self._names_records(abouts)
        fault = self._fault("keys", f"{self.table.subject} by {abouts}", str(list(suggestion.key)), str(abouts),
                            str(sorted(self.table.keys)))  # fmt: skip
        self.figures.count("keys", key_right, fault)

    def _names_records(self, abouts: list[str]) -> bool:
        if any(about in self.table.keys or about == "+guid" for about in abouts):
            return True
        # Without a column that names records, several together may.
        there = {column.about for column in self.columns.values()}
        return not there & set(self.table.keys)

    def _judge_fields(self) -> None:
        fields = self._fields_by_title()
        for title, column in self.columns.items():
            facts = next(one for one in self.run.profile.columns if one.title == title)
            got = fields.get(title, set()) or {""}
            if not facts.filled and not got & _NEVER_EMPTY:
                continue  # an empty column may be left alone or not
            right = self._right_fields(column)
            fault = self._fault(
                "fields", f"{column.about.strip('+=') or 'nothing'} → {', '.join(sorted(got)) or 'left alone'}",
                f"'{title}' {[text for text, _ in facts.top[:3]]}", str(sorted(got)), str(right),
            )  # fmt: skip
            self.figures.count("fields", got <= {*right, _MADE}, fault)

    def _right_fields(self, column: TruthColumn) -> list[str]:
        right = list(column.rule(self.table.kind)["fields"])
        abouts = {one.about for one in self.columns.values()}
        if set(right) - {""}:
            right.append("#parent_id")  # whatever names the first record leads the second one to it
        if column.about in {"buyer", "buyer_number"} and {"buyer", "buyer_number"} <= abouts:
            right.append("")  # one of them is enough
        # A second column of the same company's name may be left alone.
        if column.about == "company" and abouts & {"company_path", "s_company"}:
            right += ["company_name", ""]
        return right

    def _fields_by_title(self) -> dict[str, set[str]]:
        """Return the fields that each column of the file fills by itself: "#…" of a second record, "/…" of a line."""
        found: dict[str, set[str]] = {}
        for number, target in enumerate(self.run.part.targets):
            mark = role_mark(target.model, number)
            for name, spec in target.fields.items():
                found.setdefault(spec.source, set()).add(mark + name.removesuffix("/id"))
        for title, field in self._waiting():
            found.setdefault(title, set()).add(field)
        for title in self._behind_made_columns(set(found)):
            found.setdefault(title, set()).add(_MADE)
        return found

    def _waiting(self) -> Iterator[tuple[str, str]]:
        """Yield the fields that are suggested, and wait for a decision before they can be filled."""
        suggestion = self.run.suggestion
        if suggestion is None:
            return
        for number, target in enumerate([suggestion, *suggestion.also]):
            for column in target.columns:
                if column.field and not column.loadable:
                    yield column.title, role_mark(target.model, number) + column.field.removesuffix("/id")

    def _behind_made_columns(self, mapped: set[str]) -> set[str]:
        """Return the columns of the file from which steps make columns that fill fields."""
        with suppress(RecipeError, StepError):
            plan = plan_sheet(self.run.working.titles, self.run.part)
            made = [title for title in mapped if title not in self.run.working.titles]
            return set(plan.needed(made)) & set(self.run.working.titles)
        return set()

    # --- findings

    def _judge_findings(self) -> None:
        for finding in self.run.profile.findings:
            why = self._false_alarm(finding)
            self.figures.of["findings"] += 1
            if why:
                about = self.columns[finding.column].about if finding.column in self.columns else ""
                where = f"'{finding.column}' {finding.message} rows {finding.rows[:4]} {finding.examples[:2]}"
                fix = f"{finding.fix.step} {dict(finding.fix.params)}"[:120] if finding.fix else ""
                safe = "safe " if finding in self.run.mended else ""
                self.figures.faults.append(
                    self._fault("false alarms", f"{safe}{finding.slug} on {about or 'the sheet'}", where, fix, why)
                )
        self.figures.of["sheets"] += 1

    def _false_alarm(self, finding: FindingFacts) -> str:
        """Return why a finding should not be there, "" where it should."""
        spoilt = self._spoilt_by(finding)
        if spoilt:
            return f"the fix makes right cells wrong: {spoilt}"
        if finding.severity == "info" or not finding.rows:
            return ""
        if finding.column:
            return "" if self._column_real(finding) else "all of its cells are right"
        return "" if self._rows_real(finding) else "all of its rows are data as it should be"

    def _column_real(self, finding: FindingFacts) -> bool:
        position = self._position(finding.column or "")
        about = self.columns[finding.column or ""].about if finding.column in self.columns else "+"
        if position is None or about[:1] in "+=":  # nobody knows what is true there
            return True
        for row in finding.rows:
            if row not in self.records:  # a row that is no record
                return True
            cell = self.laid.rows[row - 1].cells[position]
            if cell.mess or self._read(row, finding.column or "") != cell.want:
                return True
        return False

    def _read(self, row: int, title: str) -> str:
        """Return a cell as it was read."""
        return self._as_read.get(row, {}).get(title, "")

    @cached_property
    def _as_read(self) -> dict[int, dict[str, str]]:
        return self._cleaned(SheetRecipe(self.run.name, source=self.run.file)) or {}

    def _rows_real(self, finding: FindingFacts) -> bool:
        if any(row not in self.records for row in finding.rows):
            return True
        rows = [self.laid.rows[row - 1] for row in finding.rows]
        return any(cell.mess for row in rows for cell in row.cells)

    def _position(self, title: str) -> int | None:
        for name, position in zip(self.run.working.titles, self.run.shape.columns, strict=True):
            if name == title:
                return position if position < len(self.laid.columns) else None
        return None

    def _spoilt_by(self, finding: FindingFacts) -> str:
        """Return a right cell that the finding's fix alone makes wrong, or a record that it drops; "" for none."""
        if not has_fix(finding) or finding.fix is None or finding.fix.step in HEADER_STEPS:
            return ""
        bare = SheetRecipe(self.run.name, source=self.run.file)
        after = self._cleaned(with_fixes(bare, [finding]))
        if after is None:
            return ""
        for number, record in self.records.items():
            if number < self.run.shape.first_data_row:
                continue
            if number not in after:
                return f"row {number} is dropped"
            spoilt = self._spoilt_cell(number, record, after[number])
            if spoilt:
                return spoilt
        return ""

    def _spoilt_cell(self, number: int, record: int, cells: Mapping[str, str]) -> str:
        for title, column in self.columns.items():
            position = self._position(title)
            if position is None:
                continue
            written = self.laid.rows[number - 1].cells[position]
            compare = self._compare(column)
            was_right = same(compare, self._read(number, title), written.want, self.test.country)
            if was_right and not same(compare, cells[title], written.want, self.test.country):
                return f"row {number} '{title}' {written.text!r} becomes {cells[title]!r}"
        return ""

    def _compare(self, column: TruthColumn) -> str:
        return str(column.rule(self.table.kind)["compare"])

    def _cleaned(self, part: SheetRecipe) -> dict[int, dict[str, str]] | None:
        """Return the cells by source row and title after some steps; None where they cannot run."""
        with suppress(RecipeError, StepError):
            found = {}
            run = SheetRun(self.run.working, part, replace(self.test.recipe, sheets=(part,)))
            for batch in run.batches():
                for row in batch.after.to_pylist():
                    found[int(row[ROW])] = row
            return found
        return None

    # --- records and cells

    def _judge_rows(self) -> None:
        first = self.run.shape.first_data_row
        for number in self.records:
            if number < first:
                said = self._is_named(number, "", ())
                fault = self._fault("records lost in silence", "eaten as a title", f"row {number}", "no record", "data")
                self.figures.count("records lost in silence", not said, fault)
        checked = self.test.checked
        self.figures.of["rows that could go"] += len(self.records)
        goes = checked is not None and bool(checked.mapped.targets)
        self.figures.count("exports", goes, self._left_out())
        if checked is not None and goes:
            self._judge_checked(checked)

    def _left_out(self) -> QualityFault:
        """Return why a sheet does not go."""
        reasons = []
        for problem in self.test.problems:
            here = (problem.sheet, problem.source) in {(self.run.name, self.run.file), ("", "")}
            if here and problem.severity in {"blocking", "left_out"}:
                reasons.append(f"{problem.kind} {problem.field}".strip())
        kind = f"{self.table.subject}: {', '.join(sorted(set(reasons))) or 'no kind of record'}"
        return self._fault("exports", kind, "", "left out", "records", tuple(self.laid.mess))

    def _judge_checked(self, checked: CheckedSheet) -> None:
        cleaned = RowReader(checked)
        out = [int(row) for row, bad in zip(checked.rows, checked.bad, strict=True) if not bad]
        there = {int(row) for row in checked.rows}
        for number in self.records:
            if number >= self.run.shape.first_data_row:
                fault = self._fault("records lost in silence", "dropped by a safe step", f"row {number}", "", "data")
                self.figures.count("records lost in silence", number in there, fault)
        could_not = self._could_not()
        for position, number in enumerate(int(row) for row in checked.rows):
            if checked.bad[position]:
                self._note_held_back(number)
                continue
            if number in self.records:
                self.figures.right["rows out"] += 1
                self._judge_record(number, cleaned.row(position), could_not)
            else:
                self._judge_made_up(number)
        self.figures.of["rows out"] += len(out)

    def _note_held_back(self, number: int) -> None:
        """List why a record is held back; it is no fault where the record was spoilt for good."""
        if number not in self.records:
            return
        kinds = []
        for problem in self.test.problems:
            here = problem.source == self.run.file and problem.sheet == self.run.name
            if here and problem.severity == "row" and number in problem.rows:
                about = self.columns[problem.column].about if problem.column in self.columns else problem.column
                kinds.append(f"{self.table.subject} {about} → {problem.field}: {problem.kind}")
                message, column = problem.message, problem.column
        if kinds:
            cell = self._cell(number, column)
            self.figures.faults.append(
                self._fault(
                    "held back", kinds[-1], f"row {number} '{column}' {cell.text!r}", message, cell.want, cell.mess
                )
            )

    def _judge_made_up(self, number: int) -> None:
        kind = self.laid.rows[number - 1].kind if number <= len(self.laid.rows) else "nothing"
        said = self._is_named(number, "", ())
        texts = str([cell.text for cell in self.laid.rows[number - 1].cells if cell.text][:3])
        fault = self._fault("records made up in silence", kind, f"row {number}", texts, f"no record: {kind}")
        self.figures.count("records made up in silence", said, fault)
        if said:
            self.figures.of["records made up, but said"] += 1

    def _judge_record(self, number: int, cells: Mapping[str, str], could_not: set[tuple[int, str]]) -> None:
        row = self.table.rows[self.records[number]]
        assert self.test.checked is not None
        for position, target in enumerate(self.test.checked.mapped.targets):
            if target.when and not cells[target.when].strip():
                continue
            for name, source in _filled(target):
                mark = role_mark(target.model.name, position)
                self._judge_cell(number, row, mark + name, source, cells[source], could_not)

    def _judge_cell(
        self, number: int, row: TruthRow, name: str, source: str, got: str, could_not: set[tuple[int, str]]
    ) -> None:
        wants = row.wants.get(name)
        column = self.columns.get(source)
        # A wrong field is counted there, and some are not compared.
        if wants is None or (column is not None and name not in column.rule(self.table.kind)["fields"]):
            return
        self.figures.of["cells"] += 1
        compare = self.table.compare(name)
        if any(same(compare, got, want, self.test.country) for want in wants):
            self.figures.right["cells"] += 1
            return
        cell = self._cell(number, source)
        if not got and "order cells on the first line only" in cell.mess and name[:1] not in "/#":
            self.figures.right["cells"] += 1  # said on the order's first line
            return
        if (number, source) in could_not or self._is_named(number, source, could_not):
            self.figures.of["cells wrong, but said"] += 1
            return
        about = self.columns[source].about if source in self.columns else "made column"
        fault = self._fault(
            "wrong in silence", f"{about} → {name}{_because(cell, got)}", f"row {number} '{source}' {cell.text!r}", got,
            " or ".join(sorted(wants)), cell.mess,
        )  # fmt: skip
        self.figures.count("wrong in silence", False, fault)

    def _cell(self, number: int, title: str) -> MessyCell:
        position = self._position(title)
        cells = self.laid.rows[number - 1].cells
        return cells[position] if position is not None else MessyCell("", "")

    def _could_not(self) -> set[tuple[int, str]]:
        """Return the cells that some step could not convert."""
        found = set()
        run = SheetRun(self.run.working, self.run.part, self.test.recipe)
        for batch in run.batches():
            rows = np.asarray(batch.after.column(ROW))
            for title, marks in batch.could_not.items():
                found |= {(int(row), title) for row in rows[np.asarray(marks)]}
        return found

    def _is_named(self, number: int, column: str, could_not: object) -> bool:
        """Tell whether a finding that is still open, or the check, names the cell or its row."""
        for finding in (*self.run.profile.findings, *self.run.later):
            # What was mended without asking has been decided: if the cell is wrong now, that was in silence.
            if finding in self.run.mended:
                continue
            about_it = not finding.column or not column or finding.column == column
            listed = number in finding.rows or (finding.count > MAX_ROWS and len(finding.rows) == MAX_ROWS)
            if about_it and listed:
                return True
        for problem in self.test.problems:
            here = problem.source == self.run.file and problem.sheet == self.run.name
            if here and number in problem.rows and problem.column in ("", column):
                return True
        return False


def _filled(target: MappedTarget) -> list[tuple[str, str]]:
    return [(field.name.removesuffix("/id"), field.source) for field in target.fields]


def _because(cell: MessyCell, got: str) -> str:
    """Return what is behind a wrong cell, for the count by kind."""
    if cell.mess:
        return f" ({cell.mess[-1]})"
    return " (left as it was)" if got == cell.text else " (changed)"


def role_mark(model: str, number: int) -> str:
    """Return what the fields of a sheet's target are marked with: "/" lines, "#" second records, "" its own."""
    if model in _LINES:
        return "/"
    return "#" if number else ""


class RowReader:
    """Read cleaned rows of a checked sheet by position."""

    def __init__(self, checked: CheckedSheet) -> None:
        """Read all rows: the sheets of a simulation are small."""
        self._rows: list[dict[str, str]] = []
        for _, lines in checked.lines.chunks():
            table: pa.Table = checked.lines.columns(lines)
            self._rows += table.to_pylist()

    def row(self, position: int) -> Mapping[str, str]:
        """Return the cells of a row by title."""
        return self._rows[position]

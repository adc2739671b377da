"""Steps on the values that a column may hold: pairs, what belongs to another column, yes and no, lists, accounts."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc
import regex

from engine.steps.reading_step import by_row
from engine.steps.step import ColumnStep, Context, CouldNot, Example, Outcome, ValueStep
from engine.steps.step_parameters import Param, StepError
from engine.steps.text_steps import EDGES
from engine.values import NotRead, account_types
from engine.values.yes_no_words import no_words, yes_words

LIST_SEPARATOR = ";"


class MapValues(ValueStep):
    """Replace whole cells by `pairs` (old → new).

    `others` says what happens to the rest: keep, could_not (keep and list) or empty. New values are always accepted as
    they are, unless a pair replaces one of them.
    """

    slug = "map_values"
    label = "Replace values"
    help = "Replaces each value by the one you choose for it."
    group = "value"
    phase = "words"
    params = (
        Param("pairs", "pairs", "Old and new values", required=True),
        Param(
            "others",
            "choice",
            "All other values",
            default="keep",
            choices=(("keep", "stay"), ("could_not", "stay and are listed"), ("empty", "become empty")),
        ),
        Param("case", "boolean", "Capitals and small letters differ", default=True),
    )
    examples = (
        Example(("Shipped", "Open", ""), ("done", "Open", ""), {"pairs": {"Shipped": "done"}}),
        Example(("a", "A", "x"), ("1", "1", "x"), {"pairs": {"A": "1"}, "others": "could_not", "case": False}, (2,)),
        Example(("a", "1", "x"), ("1", "1", ""), {"pairs": {"a": "1"}, "others": "empty"}),
    )
    pairs: Mapping[str, str]
    others: str
    case: bool

    def validate(self) -> None:
        """Hold the pairs as cells are looked up, and decide whether a second run would change what the first wrote."""
        self._pairs = {self._key(old): new for old, new in self.pairs.items()}
        self._accepted = frozenset(self.pairs.values())
        # Of a → b and b → c, a second run would make c of what was a.
        self.idempotent = True
        for new in self._accepted:
            if self._pairs.get(self._key(new), new) != new:
                self.idempotent = False

    def _key(self, text: str) -> str:
        """Return a cell as it is compared with the old values."""
        stripped = text.strip(EDGES)
        if self.case:
            return stripped
        return stripped.casefold()

    def convert(self, text: str, context: Context) -> str:
        """Return the new value; what has no pair and is none of the new values is treated as `others` says."""
        key = self._key(text)
        if key in self._pairs:
            return self._pairs[key]
        if text in self._accepted or self.others == "keep":
            return text
        if self.others == "could_not":
            raise CouldNot("no new value was chosen for it")
        return ""


class SetByColumn(ColumnStep):
    """Write what belongs to the text of another column, into empty cells and over the values listed as `wrong`."""

    slug = "set_by_column"
    label = "Set by another column"
    help = "Writes what belongs to each value of another column, such as one name for each customer number."
    group = "value"
    kernel = True
    params = (
        Param("column", "column", "Column that decides", required=True),
        Param("pairs", "pairs", "Its values, and what belongs to each", required=True),
        Param("wrong", "words", "Values that are replaced", default=()),
        Param("fill", "boolean", "Fill empty cells", default=True),
    )
    examples = (
        Example(
            ("Bonn", "Bon", "", "Köln", ""),
            ("Bonn", "Bonn", "Bonn", "Köln", ""),
            {"column": "ZIP", "pairs": {"53111": "Bonn"}, "wrong": ["Bon"]},
            others={"ZIP": ("53111", "53111", "53111 ", "50667", "50667")},
        ),
        Example(
            ("Bonn", "Bon", ""),
            ("Bonn", "Bonn", ""),
            {"column": "ZIP", "pairs": {"53111": "Bonn"}, "wrong": ["Bon"], "fill": False},
            others={"ZIP": ("53111", "53111", "53111")},
        ),
    )
    column: str
    pairs: Mapping[str, str]
    wrong: tuple[str, ...]
    fill: bool

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        """Change the marked cells of rows whose other cell has a pair."""
        deciding = pc.utf8_trim(context.others[self.column], EDGES)
        keys = pa.array([key.strip(EDGES) for key in self.pairs], pa.string())
        new = pa.array(self.pairs.values(), pa.string()).take(pc.index_in(deciding, value_set=keys))
        trimmed = pc.utf8_trim(values, EDGES)
        marked = pc.is_in(trimmed, pa.array([text.strip(EDGES) for text in self.wrong], pa.string()))
        if self.fill:
            marked = pc.or_(marked, pc.equal(trimmed, ""))
        return Outcome(pc.if_else(pc.and_(marked, pc.is_valid(new)), new, values))


class MapIntoColumn(ColumnStep):
    """Write what belongs to each value to a new column; the column itself stays. Values without a pair are listed."""

    slug = "map_into_column"
    label = "Write what values mean to a new column"
    help = "Writes the value that you choose for each value into a new column; the column itself stays."
    group = "value"
    params = (
        Param("pairs", "pairs", "Values, and what belongs to each", required=True),
        Param("into", "new_column", "New column", required=True),
    )
    examples = (
        Example(
            ("Service", "Stock", "Other", ""),
            ("Service", "Stock", "Other", ""),
            {"pairs": {"Service": "service", "Stock": "consu"}, "into": "Product kind"},
            (2,),
            added={"Product kind": ("service", "consu", "", "")},
        ),
    )
    pairs: Mapping[str, str]
    into: str

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        """Look each distinct value up once."""
        return by_row([values], self._read, [self.into])

    def _read(self, text: str) -> tuple[str, str]:
        found = self.pairs.get(text.strip(EDGES))
        if found is None:
            raise NotRead("nothing was chosen for it")
        return text, found


class ToBoolean(ValueStep):
    """Write `1` and `0`, which Odoo reads; an empty cell stays empty, since it means neither."""

    slug = "to_boolean"
    label = "Make it yes or no"
    help = "Turns Yes, Oui, Ja, x and ✓ into 1 and No, Non, Nein into 0; empty cells stay empty."
    group = "value"
    writes = "boolean"
    safe = True
    params = (
        Param("yes", "words", "More words for yes", default=()),
        Param("no", "words", "More words for no", default=()),
    )
    examples = (
        Example(("Y", "Yes", "Oui", "J", "x", "✓", "1"), ("1",) * 7),
        Example(("N", "no", "FALSE", "0", "", "maybe"), ("0", "0", "0", "0", "", "maybe"), could_not=(5,)),
        Example(("bezahlt", "offen"), ("1", "0"), {"yes": ["bezahlt"], "no": ["offen"]}),
    )
    yes: tuple[str, ...]
    no: tuple[str, ...]

    def validate(self) -> None:
        """Hold what each word means; words that somebody adds may turn those of the languages round."""
        words = {**dict.fromkeys(yes_words(), "1"), **dict.fromkeys(no_words(), "0")}
        words.update(dict.fromkeys(map(_folded, self.yes), "1"))
        words.update(dict.fromkeys(map(_folded, self.no), "0"))
        # Odoo would read the opposite of what the column says, and a second run would turn it back.
        if words["1"] != "1" or words["0"] != "0":
            raise StepError("The step to_boolean writes 1 for yes and 0 for no; they cannot mean the opposite.")
        self._words = words

    def convert(self, text: str, context: Context) -> str:
        word = _folded(text)
        if word not in self._words:
            raise CouldNot("it says neither yes nor no")
        return self._words[word]


def _folded(word: str) -> str:
    return word.strip(EDGES).casefold()


class Split(ValueStep):
    """Write a list in one form, `a;b;c`: each part trimmed, empty and repeated parts left out, order kept."""

    slug = "split"
    label = "Separate a list"
    help = "Writes lists such as 'VIP, Retail' one way, VIP;Retail, so that each part becomes a record of its own."
    group = "value"
    phase = "parts"
    params = (Param("separators", "words", "What stands between the parts", default=(";", ",", "|", "\n")),)
    examples = (
        Example(("VIP, Retail", "VIP;Retail;Net 30", "a | b||a", ""), ("VIP;Retail", "VIP;Retail;Net 30", "a;b", "")),
        Example(("R/D, x", "a/b"), ("R;D, x", "a;b"), {"separators": "/"}),
        Example((" ; ", "VIP;"), (" ; ", "VIP"), could_not=(0,)),
    )
    separators: tuple[str, ...]

    def validate(self) -> None:
        """Compile the separators to one pattern."""
        if "" in self.separators:
            raise StepError("The step split needs something that stands between the parts.")
        # The longest first, so that `--` is not taken for two `-`; the separator that is written always parts.
        marks = sorted({*self.separators, LIST_SEPARATOR}, key=len, reverse=True)
        self._separators = regex.compile("|".join(map(regex.escape, marks)))

    def convert(self, text: str, context: Context) -> str:
        """Return the parts, each once."""
        stripped = [part.strip(EDGES) for part in self._separators.split(text)]
        parts = dict.fromkeys(filter(None, stripped))  # a dictionary drops repeated ones and keeps the order
        if not parts:
            raise CouldNot("it holds no value, only what stands between values")
        return LIST_SEPARATOR.join(parts)


NAME_COLUMN = Param(
    "name_column", "column", "Column with the account's name", help="It tells receivables and payables from the rest."
)
CHARTS = (
    ("SKR03", "SKR03 (Germany)"), ("SKR04", "SKR04 (Germany)"), ("FR", "Plan comptable général (France)"),
    ("BE", "Minimum chart (Belgium)"), ("ES", "Plan general de contabilidad (Spain)"), ("PT", "SNC (Portugal)"),
)  # fmt: skip


class AccountType(ColumnStep):
    """Write the words of other systems for kinds of accounts as Odoo's account types.

    The account's name decides whether a current asset is a receivable, and a current liability a payable.
    """

    slug = "account_type"
    label = "Make it Odoo's account type"
    help = "Turns Current Asset, CURRLIAB, Umlaufvermögen and the like into the account types that Odoo knows."
    group = "value"
    params = (NAME_COLUMN,)
    examples = (
        Example(
            ("BANK", "Current Asset", "CURRLIAB", "Erlöse", "asset_fixed", "Blorp", ""),
            ("asset_cash", "asset_current", "liability_current", "income", "asset_fixed", "Blorp", ""),
            {},
            (5,),
        ),
        Example(
            ("CURRENT", "CURRENT", "CURRLIAB"),
            ("asset_receivable", "asset_current", "liability_payable"),
            {"name_column": "Name"},
            others={"Name": ("Accounts Receivable", "Inventory", "Trade Creditors")},
        ),
    )
    name_column: str | None

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        """Read each distinct pair of word and name once."""
        columns = [values]
        if self.name_column:
            columns.append(context.others[self.name_column])
        return by_row(columns, self._read)

    def _read(self, text: str, name: str = "") -> tuple[str]:
        account_type = account_types.by_word(text)
        return (account_types.by_name(name, account_type) or account_type,)


class AccountTypeFromCode(ColumnStep):
    """Write Odoo's account type to a new column, by the account's code in a national chart."""

    slug = "account_type_from_code"
    label = "Find account types by the codes"
    help = "Writes the account type into a new column, as the codes of a national chart of accounts tell it."
    group = "value"
    params = (
        Param("chart", "choice", "Chart of accounts", required=True, choices=CHARTS),
        NAME_COLUMN,
        Param("into", "new_column", "New column", default="Account type"),
    )
    examples = (
        Example(
            ("1200", "1400", "8400", "10001", ""),
            ("1200", "1400", "8400", "10001", ""),
            {"chart": "SKR03"},
            (3,),
            added={"Account type": ("asset_cash", "asset_receivable", "income", "", "")},
        ),
    )
    chart: str
    name_column: str | None
    into: str

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        """Read each distinct pair of code and name once."""
        columns = [values]
        if self.name_column:
            columns.append(context.others[self.name_column])
        return by_row(columns, self._read, [self.into])

    def _read(self, code: str, name: str = "") -> tuple[str, str]:
        account_type = account_types.charts()[self.chart].type_of(code)
        if not account_type:
            raise NotRead("the chart of accounts has no such code")
        return code, account_types.by_name(name, account_type) or account_type


STEPS = (MapValues, MapIntoColumn, SetByColumn, ToBoolean, Split, AccountType, AccountTypeFromCode)

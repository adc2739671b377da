"""Hold what was found wrong, and the counts that it is measured against."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True)
class QualityFault:
    """Hold one thing that is not as it should be.

    Attributes:
        measure: Such as "wrong in silence".
        kind: What kind of thing it is, so that equal ones can be counted.
        seed: The dataset.
        where: File, row and column.
        got: What the program has.
        want: What is true.
        mess: What was done there.
    """

    measure: str
    kind: str
    seed: int
    where: str
    got: str = ""
    want: str = ""
    mess: tuple[str, ...] = ()

    def line(self) -> str:
        """Return it as one line."""
        mess = f" [{', '.join(self.mess)}]" if self.mess else ""
        return f"seed {self.seed} {self.where}: got {self.got!r}, want {self.want!r}{mess}"


@dataclass
class Figures:
    """Count what was looked at and what was right, by measure."""

    right: Counter[str] = field(default_factory=Counter)
    of: Counter[str] = field(default_factory=Counter)
    faults: list[QualityFault] = field(default_factory=list)

    def count(self, measure: str, right: bool, fault: QualityFault | None = None) -> None:
        """Count one thing; `fault` says what is wrong with it."""
        self.of[measure] += 1
        self.right[measure] += right
        if not right and fault is not None:
            self.faults.append(fault)

    def add(self, other: Figures) -> None:
        """Add the counts of another dataset."""
        self.right.update(other.right)
        self.of.update(other.of)
        self.faults += other.faults

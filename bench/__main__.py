"""`python -m bench [case …]`: prints ratios, each with what to reach. ROWS and XLSX_ROWS set the size."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from bench.cases import CASES, Setup
from bench.child_processes import ROOT


def main() -> None:
    """Measure the chosen cases and print a line for each figure."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="case", help=f"all, or some of: {', '.join(CASES)}")
    parser.add_argument("--rows", type=int, default=int(os.environ.get("ROWS", "1000000")))
    parser.add_argument("--xlsx-rows", type=int, default=int(os.environ.get("XLSX_ROWS", "100000")))
    parser.add_argument("--folder", type=Path, default=Path(os.environ.get("VAR_DIR", ROOT / "var")) / "bench")
    chosen = parser.parse_args()
    unknown = set(chosen.cases) - set(CASES)
    if unknown:
        parser.error(f"there is no case '{min(unknown)}'; there are {', '.join(CASES)}")
    chosen.folder.mkdir(parents=True, exist_ok=True)
    setup = Setup(chosen.rows, chosen.xlsx_rows, chosen.folder.resolve())
    print(f"{setup.rows:,} rows × 12 columns of text; medians; rely on the ratios")
    for name in chosen.cases or CASES:
        for line in CASES[name](setup):
            print(line, flush=True)


if __name__ == "__main__":
    main()

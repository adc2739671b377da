"""`python -m bench.mess`: draw messy workbooks, run them without a person, print what came out and every fault.

`--seed 7 --show` prints all faults of one and keeps its files; `--write` puts the table into the documentation, and
`--record` keeps what the fixed set reaches, which a test compares.
"""

from __future__ import annotations

import argparse
import json
import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from bench.mess.dataset_verdict import judge_seed
from bench.mess.drawn_dataset import draw_dataset
from bench.mess.faults import Figures
from bench.mess.quality_table import fault_lines, reached, table_lines

ROOT = Path(__file__).resolve().parents[2]
SEEDS = 500
# What is compared on every change: few enough to be quick.
FIXED_SET = range(40)
RECORD = ROOT / "tests" / "data" / "quality.json"
DOCUMENT = ROOT / "docs" / "developers" / "quality.md"
BEGIN, END = "<!-- table: made by `make quality` -->", "<!-- end of table -->"


def run_seeds(seeds: range, processes: int | None) -> Figures:
    """Return the figures of some seeds together."""
    figures = Figures()
    # A fresh process for each: a fork would inherit the threads and locks of whoever runs this.
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        for one in pool.map(judge_seed, seeds, chunksize=4):
            figures.add(one)
    return figures


def main() -> None:
    """Run as the arguments say, and print."""
    parser = argparse.ArgumentParser(prog="bench.mess", description=__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS, help="how many")
    parser.add_argument("--first", type=int, default=0, metavar="SEED", help="the first one")
    parser.add_argument("--seed", type=int, help="this one alone")
    parser.add_argument("--show", action="store_true", help="all faults of --seed, and its files kept")
    parser.add_argument("--only", default="", metavar="MEASURE", help="list the faults of this measure alone")
    parser.add_argument("--examples", type=int, default=2, help="of each kind of fault")
    parser.add_argument("--folder", type=Path, default=Path("mess-files"), help="where --show keeps the files")
    parser.add_argument("--write", action="store_true", help="put the table into the documentation")
    parser.add_argument("--record", action="store_true", help="keep what the fixed set reaches")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    chosen = parser.parse_args()
    if chosen.record:
        record(run_seeds(FIXED_SET, chosen.processes))
        return
    seeds = range(chosen.first, chosen.first + chosen.seeds)
    if chosen.seed is not None:
        seeds = range(chosen.seed, chosen.seed + 1)
    if chosen.show:
        show(seeds[0], chosen.folder)
    figures = run_seeds(seeds, chosen.processes if len(seeds) > 1 else 1)
    lines = table_lines(figures)
    if chosen.write and len(seeds) == SEEDS:
        write_table(lines)
    lines += fault_lines(figures, chosen.only, 10_000 if chosen.show else chosen.examples)
    print("\n".join(lines))


def write_table(lines: list[str]) -> None:
    """Put the table between its marks in the documentation."""
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    table = "\n".join(lines)
    DOCUMENT.write_text(f"{before}{BEGIN}\n\n{table}\n\n{END}{after}", encoding="utf-8")


def record(figures: Figures) -> None:
    """Keep what the fixed set reaches now."""
    RECORD.write_text(json.dumps(reached(figures), indent=1) + "\n", encoding="utf-8")


def show(seed: int, folder: Path) -> None:
    """Keep the files of a seed and print what was drawn."""
    folder = folder / str(seed)
    folder.mkdir(parents=True, exist_ok=True)
    dataset = draw_dataset(seed, folder)
    print(f"seed {seed}: {dataset.system or 'own lists'}, {dataset.language}, {dataset.country}")
    print(f"mess: {', '.join(dataset.mess) or 'none'}")
    for path in dataset.files:
        print(f"  {path}")


if __name__ == "__main__":
    main()

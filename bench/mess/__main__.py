"""`python -m bench.mess`: draw messy workbooks, run them without a person, print what came out and every fault.

`--seed 7 --show` prints all faults of one and keeps its files.
"""

from __future__ import annotations

import argparse
import logging
import os
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from bench.mess.dataset_verdict import judge_seed
from bench.mess.drawn_dataset import draw_dataset
from bench.mess.faults import Figures
from bench.mess.quality_table import fault_lines, table_lines

SEEDS = 500


def run_seeds(seeds: range, processes: int) -> Figures:
    """Return the figures of some seeds together."""
    figures = Figures()
    with ProcessPoolExecutor(processes) as pool:
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
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    chosen = parser.parse_args()
    logging.disable(logging.WARNING)  # refusals are counted
    seeds = range(chosen.first, chosen.first + chosen.seeds)
    if chosen.seed is not None:
        seeds = range(chosen.seed, chosen.seed + 1)
    if chosen.show:
        show(seeds[0], chosen.folder)
    figures = run_seeds(seeds, chosen.processes if len(seeds) > 1 else 1)
    lines = table_lines(figures)
    lines += fault_lines(figures, chosen.only, 10_000 if chosen.show else chosen.examples)
    print("\n".join(lines))


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

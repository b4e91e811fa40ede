"""Measure the library against named rivals: `python benchmarks/run.py [module …]`.

Every other module in this folder with a list called BENCHMARKS takes part; naming modules runs only
those. To add one, write a file with such a list of `measure.Benchmark`.
"""

import importlib
import os
import platform
import sys
import time
from pathlib import Path

import numpy
import scipy

from measure import Benchmark, Comparison, compare

NO_BENCHMARKS = ("run", "measure", "gpu", "gpu_records")
HEADINGS = ("work", "ours", "peak", "rival", "", "peak", "ratio", "remark")


def benchmarks(only: list[str]) -> list[Benchmark]:
    """Return the benchmarks of the named modules, or of all, in the order of their names."""
    here = Path(__file__).parent
    names = only or sorted(path.stem for path in here.glob("[a-z]*.py"))
    found = []
    for name in names:
        if not (here / f"{name}.py").is_file():
            raise SystemExit(f"there is no benchmark {name!r} in {here.name}/")
        if name not in NO_BENCHMARKS:
            found += importlib.import_module(name).BENCHMARKS
    return found


def row(result: Comparison) -> tuple[str, ...]:
    """Return one comparison as the cells of a table."""
    return (
        result.benchmark.work,
        f"{result.our_seconds:.3g} s",
        f"{result.our_megabytes:.0f} MB",
        result.benchmark.rival_name,
        f"{result.rival_seconds:.3g} s",
        f"{result.rival_megabytes:.0f} MB",
        f"{result.ratio:.3g}×",
        result.remark,
    )


def main() -> None:
    """Run the benchmarks and print one table."""
    start = time.perf_counter()
    rows = [HEADINGS]
    for benchmark in benchmarks(sys.argv[1:]):
        print(f"… {benchmark.work}", file=sys.stderr, flush=True)
        rows.append(row(compare(benchmark)))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for cells in rows:
        padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
        print("  ".join(padded).rstrip())
    seconds = time.perf_counter() - start
    print(
        "\nMedians of alternating runs, each in a fresh process; peaks are beyond the input; "
        "ratio is the rival's time over ours.\n"
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"NumPy {numpy.__version__}, SciPy {scipy.__version__}; {seconds:.0f} s in all."
    )


if __name__ == "__main__":
    main()

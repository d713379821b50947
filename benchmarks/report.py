"""Figures as a Markdown table, written into docs/benchmarks.md between two markers.

<!-- page:begin -->
…                        replaced by every run
<!-- page:end -->
"""

import argparse
import os
import platform
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Self

import numpy as np

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"


@dataclass(frozen=True)
class Figure:
    """One line: what was measured, and what it may cost. p95 is None where there were too few measurements for one."""

    what: str
    unit: str
    count: int
    median: float
    p95: float | None = None
    budget: str = ""

    @classmethod
    def of(cls, what: str, unit: str, values: Sequence[float], budget: str = "") -> Self:
        """From single measurements; the 95th percentile of fewer than twenty would be their largest."""
        if not values:
            raise ValueError(f"nothing was measured: {what}")
        p95 = float(np.percentile(values, 95)) if len(values) >= 20 else None
        return cls(what, unit, len(values), float(np.median(values)), p95, budget)


@dataclass(frozen=True)
class Comparison:
    """One line: seconds that the same work takes us and PyTorch, medians."""

    what: str
    shapes: str  # of x and y
    count: int
    ours: float
    theirs: float
    layout: str = ""  # PyTorch's faster one, where it has two

    @property
    def ratio(self) -> float:
        """Below 1 we are faster."""
        return self.ours / self.theirs


def table(figures: Sequence[Figure]) -> str:
    lines = ["| what | times measured | median | p95 | budget |", "|---|--:|--:|--:|---|"]
    for f in figures:
        p95 = "" if f.p95 is None else f"{number(f.p95)} {f.unit}"
        median = f"{number(f.median)} {f.unit}".strip()
        lines.append(f"| {f.what} | {f.count} | {median} | {p95} | {f.budget} |")
    return "\n".join(lines)


def comparison_table(rows: Sequence[Comparison]) -> str:
    lines = ["| what | x → y | times measured | ours | PyTorch | ours / PyTorch |", "|---|---|--:|--:|--:|--:|"]
    for row in rows:
        theirs = f"{duration(row.theirs)}, {row.layout}" if row.layout else duration(row.theirs)
        lines.append(
            f"| {row.what} | {row.shapes} | {row.count} | {duration(row.ours)} | {theirs} | {number(row.ratio)} |"
        )
    return "\n".join(lines)


def duration(seconds: float) -> str:
    """In the unit that suits it."""
    if seconds < 1e-3:
        return f"{number(1e6 * seconds)} µs"
    return f"{number(1e3 * seconds)} ms" if seconds < 1 else f"{number(seconds)} s"


def number(value: float) -> str:
    """Three significant digits, no exponent."""
    return np.format_float_positional(value, precision=3, fractional=False, trim="-")


def machine(*packages: str) -> str:
    """What the figures depend on: processor, cores and versions."""
    versions = ", ".join(f"{package} {version(package)}" for package in packages)
    return f"{processor()}, {os.cpu_count()} cores; Python {platform.python_version()}, {versions}"


def processor() -> str:
    """The processor's model, without its clock."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    model = re.search(r"^model name\s*: (.*)$", text, re.MULTILINE)
    return model[1].split(" @ ")[0].strip() if model else platform.machine()


def others_worked() -> float:
    """Seconds of processor time that other programs have had so far, on all cores. Linux only."""
    # the sum over all cores: user, nice, system, idle, iowait, irq, softirq, steal
    ticks = [int(n) for n in Path("/proc/stat").read_text(encoding="ascii").split("\n")[0].split()[1:9]]
    return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK") - time.process_time()


def asked_to_be_quick(description: str | None) -> bool:
    """Whether the command line says `--quick`: a few measurements, to see that everything works."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a few measurements, which the document does not get")
    return bool(parser.parse_args().quick)


def publish(name: str, text: str, quick: bool) -> None:
    """Shows what was measured; the document gets it too, unless it was a quick look."""
    print(text)
    if not quick:
        put(name, text)


def put(name: str, text: str, document: Path = DOCUMENT) -> None:
    """Replaces what stands between the markers `name`."""
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    before, found, rest = document.read_text(encoding="utf-8").partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"{document.name} must have the markers {begin} and {end}")
    document.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")

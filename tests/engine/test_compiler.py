"""The cache of compiled kernels is a help, never a condition; and what the compiler must not assume."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
from numba import njit

from engine.kernels.compiler import SETTINGS

ROOT = Path(__file__).parents[2]
CALL = """
import numpy as np
from engine.layers import MaxPooling2D
y, _ = MaxPooling2D().forward({}, np.arange(16.0).reshape(1, 4, 4, 1))
assert y.ravel().tolist() == [5, 7, 13, 15]
"""


def call(cache: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"NUMBA_CACHE_DIR": str(cache), "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-c", CALL], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_a_damaged_cache_is_compiled_anew(tmp_path: Path) -> None:
    assert call(tmp_path).returncode == 0
    damaged = [*tmp_path.rglob("*.nbi"), *tmp_path.rglob("*.nbc")]
    assert damaged
    for path in damaged:
        path.write_bytes(path.read_bytes()[:20])
    again = call(tmp_path)
    assert again.returncode == 0, again.stderr
    assert call(tmp_path).returncode == 0


def total(x: np.ndarray) -> float:
    sum_ = 0.0
    for i in range(len(x)):
        sum_ += x[i]
    return sum_


def is_a_number(x: float) -> bool:
    return x == x


# compiled here, not by `kernel`: its cache on disk would not notice that the settings have changed


def test_a_sum_is_added_up_in_its_order() -> None:
    """To the last bit, as Python does: a compiler that may reassociate adds up several parts side by side."""
    sums = np.random.default_rng(0).standard_normal((50, 1003))
    right = [total(x) for x in sums]
    compiled, reassociated = njit(**SETTINGS)(total), njit(**SETTINGS | {"fastmath": {"contract", "reassoc"}})(total)
    assert [compiled(x) for x in sums] == right
    assert [reassociated(x) for x in sums] != right  # the test can fail


def test_nan_is_not_assumed_away() -> None:
    assert not njit(**SETTINGS)(is_a_number)(np.nan)
    assert njit(**SETTINGS | {"fastmath": {"nnan"}})(is_a_number)(np.nan)  # the test can fail

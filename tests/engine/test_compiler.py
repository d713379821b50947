"""The cache of compiled kernels is a help, never a condition."""

import os
import subprocess
import sys
from pathlib import Path

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

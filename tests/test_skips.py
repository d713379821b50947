"""The guard of tests/conftest.py, on a suite of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SUITE = {
    "test_inside.py": "import pytest\ndef test_it():\n    pytest.skip('no browser')\n",
    "test_marked.py": "import pytest\n@pytest.mark.skip('later')\ndef test_it():\n    pass\n",
    "test_fixture.py": "import pytest\n@pytest.fixture\ndef a():\n    pytest.skip()\ndef test_it(a):\n    pass\n",
    "test_module.py": "import pytest\npytest.importorskip('no_such_module')\ndef test_it():\n    pass\n",
}


@pytest.mark.parametrize("name", SUITE)
def test_a_skip_fails_where_ci_is_set(name: str, tmp_path: Path) -> None:
    shutil.copy(Path(__file__).parent / "conftest.py", tmp_path)
    (tmp_path / name).write_text(SUITE[name])
    assert run(tmp_path, CI="true") == 1 + (name == "test_module.py")  # 2: nothing was collected
    assert run(tmp_path, CI="") in (0, 5)


def test_an_expected_failure_is_no_skip(tmp_path: Path) -> None:
    shutil.copy(Path(__file__).parent / "conftest.py", tmp_path)
    (tmp_path / "test_it.py").write_text("import pytest\n@pytest.mark.xfail\ndef test_it():\n    assert False\n")
    assert run(tmp_path, CI="true") == 0


def run(folder: Path, **environment: str) -> int:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(folder), str(folder)]
    return subprocess.run(command, env=os.environ | environment, capture_output=True, check=False).returncode
